import { DockerSource, type SourceLimits } from '../../src/sources/docker/docker-source.ts'
import { engineAddress, type Environment } from '../../src/sources/docker/engine-address.ts'
import { quietContext } from './collected-source.ts'

export interface DockerSourceSettings {
  readonly attempts?: number
  readonly environment?: Environment
  readonly limits?: SourceLimits
}

/** Listens to these engines at once, keeps its files below `home`, and soon tries again. */
export function dockerSource(
  hosts: readonly string[],
  home: string,
  { attempts, environment = {}, limits }: DockerSourceSettings = {},
): DockerSource {
  return new DockerSource({
    name: 'docker-listener',
    engines: hosts.map((host) => engineAddress(host, environment)),
    retry: { firstMs: 20, longestMs: 500, attempts, random: Math.random },
    startsInMs: () => 0,
    context: quietContext(home),
    ...(limits ? { limits } : {}),
  })
}
