import { DockerSource, type SourceLimits } from '../../src/sources/docker/docker-source.ts'
import { engineAddress, type Environment } from '../../src/sources/docker/engine-address.ts'
import type { SourceContext } from '../../src/sources/source-type.ts'
import { quietContext } from './collected-source.ts'

export interface DockerSourceSettings {
  readonly attempts?: number
  readonly environment?: Environment
  readonly limits?: SourceLimits
  readonly context?: SourceContext
}

/** Listens to these engines at once, keeps its files below `home`, and soon tries again. */
export function dockerSource(
  hosts: readonly string[],
  home: string,
  { attempts, environment = {}, limits, context = quietContext(home) }: DockerSourceSettings = {},
): DockerSource {
  return new DockerSource({
    name: 'docker-listener',
    engines: hosts.map((host) => engineAddress(host, environment)),
    retry: { firstMs: 20, longestMs: 500, attempts, random: Math.random },
    startsInMs: () => 0,
    context,
    ...(limits ? { limits } : {}),
  })
}
