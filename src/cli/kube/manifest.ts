import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'

import { apiServerFlags, auditFolder } from './api-server-flags.ts'

const volumeName = 'quaywatch-audit'

function sequence(parent: YAMLMap, key: string): YAMLSeq {
  const known = parent.get(key)
  if (isSeq(known)) return known
  parent.set(key, [])
  const made = parent.get(key, true)
  if (!isSeq(made)) throw new Error(`${key} is no list`)
  return made
}

function hasNamed(list: YAMLSeq, name: string): boolean {
  return list.items.some((item) => isMap(item) && item.get('name') === name)
}

function setFlags(command: YAMLSeq): void {
  for (const [name, value] of apiServerFlags(auditFolder)) {
    const written = `--${name}=${value}`
    const at = command.items.findIndex((item) => String(item).startsWith(`--${name}=`))
    if (at < 0) command.add(written)
    else command.set(at, written)
  }
}

/**
 * The static pod manifest of an API server (kubeadm) with our flags and the folder of the audit files mounted. Doing it twice changes nothing.
 * Comments and order stay. Throws with a sentence when the text is no such manifest.
 */
export function patchedManifest(text: string): string {
  const document = parseDocument(text)
  const problem = document.errors[0]
  if (problem) throw new Error(`the manifest is no YAML: ${problem.message}`)
  const spec = document.get('spec')
  const containers = isMap(spec) ? spec.get('containers') : undefined
  const [container] = isSeq(containers) ? containers.items : []
  const command = isMap(container) ? container.get('command') : undefined
  if (!isMap(spec) || !isMap(container) || !isSeq(command) || String(command.items[0]) !== 'kube-apiserver')
    throw new Error(
      'the manifest is not that of a kube-apiserver: spec.containers[0].command does not start with it',
    )
  setFlags(command)
  const mounts = sequence(container, 'volumeMounts')
  if (!hasNamed(mounts, volumeName))
    mounts.add(document.createNode({ mountPath: auditFolder, name: volumeName, readOnly: true }))
  const volumes = sequence(spec, 'volumes')
  if (!hasNamed(volumes, volumeName))
    volumes.add(document.createNode({ hostPath: { path: auditFolder, type: 'Directory' }, name: volumeName }))
  return document.toString({ lineWidth: 0 })
}
