import { stringify } from 'yaml'

import { apiServerFlags, auditFolder } from './api-server-flags.ts'

const flags = (folder: string, prefix: string) =>
  apiServerFlags(folder)
    .map(([name, value]) => `${prefix}${name}=${value}`)
    .join('\n')

/** kind mounts a folder of the host into its node and hands flags to kubeadm. */
export function kindConfig(folder: string): string {
  const files = '/etc/kubernetes/audit'
  const patch = {
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs: Object.fromEntries(apiServerFlags(files)),
      extraVolumes: [
        { name: 'quaywatch-audit', hostPath: files, mountPath: files, readOnly: true, pathType: 'Directory' },
      ],
    },
  }
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        kubeadmConfigPatches: [stringify(patch)],
        extraMounts: [{ hostPath: folder, containerPath: files, readOnly: true }],
      },
    ],
  })
}

/** k3s and RKE2 read flags from their own configuration file. */
export function rancherConfig(files: string): string {
  return stringify({ 'kube-apiserver-arg': apiServerFlags(files).map(([name, value]) => `${name}=${value}`) })
}

interface Setting {
  readonly address: string
  readonly cluster: string
  readonly folder: string
  readonly expires: string
}

/** `README.txt`: what to do with the files, for every common kind of cluster. */
export function instructions({ address, cluster, folder, expires }: Setting): string {
  return `Audit events of cluster "${cluster}" to Quaywatch at ${address}

Files
  audit-policy.yaml      what the API server records
  audit-webhook.yaml     where it sends it: address, authority, client certificate and key. Keep it secret (mode 0600)
  client.pem client.key  the same certificate as files, for tests; valid until ${expires}
  kind-cluster.yaml      for kind
  k3s-config.yaml        for k3s; rke2-config.yaml for RKE2

Try the way first, from here:
  quaywatch kube setup --check --address ${address} --cluster ${cluster}

kubeadm (on every control-plane node, as root)
  mkdir -p ${auditFolder} && cp audit-policy.yaml audit-webhook.yaml ${auditFolder}/ && chmod 600 ${auditFolder}/*
  quaywatch kube setup --manifest /etc/kubernetes/manifests/kube-apiserver.yaml
  That sets the flags below and mounts the folder, keeps a backup outside of the manifests folder, and changes nothing when done
  again. The kubelet restarts the API server by itself. Put the same into kubeadm's ClusterConfiguration (apiServer.extraArgs,
  extraVolumes), or the next upgrade writes the manifest without it.

minikube
  mkdir -p ~/.minikube/files${auditFolder} && cp audit-policy.yaml audit-webhook.yaml ~/.minikube/files${auditFolder}/
  minikube start
  minikube ssh 'sudo cat /etc/kubernetes/manifests/kube-apiserver.yaml' > kube-apiserver.yaml
  quaywatch kube setup --manifest kube-apiserver.yaml
  minikube cp kube-apiserver.yaml /etc/kubernetes/manifests/kube-apiserver.yaml

kind
  kind create cluster --config kind-cluster.yaml
  (it mounts this folder, ${folder}, into the node)

k3s
  mkdir -p /var/lib/rancher/k3s/server/audit && cp audit-policy.yaml audit-webhook.yaml /var/lib/rancher/k3s/server/audit/
  cat k3s-config.yaml >> /etc/rancher/k3s/config.yaml && systemctl restart k3s

RKE2
  mkdir -p /var/lib/rancher/rke2/server/audit && cp audit-policy.yaml audit-webhook.yaml /var/lib/rancher/rke2/server/audit/
  cat rke2-config.yaml >> /etc/rancher/rke2/config.yaml && systemctl restart rke2-server

Any other API server: its flags
${flags(auditFolder, '  --')}

OpenShift's API servers are managed by an operator, which passes no webhook flags on: read /var/log/kube-apiserver/audit.log on the
control-plane nodes. EKS, GKE and AKS have no such flags either: export their audit logs and read them with
'quaywatch import kube-audit' (docs/guide/kubernetes-clouds.md).
`
}
