import { stringify } from 'yaml'

import { apiServerFlags, auditFolder } from './api-server-flags.ts'

const flags = (folder: string, prefix: string) =>
  apiServerFlags(folder)
    .map(([name, value]) => `${prefix}${name}=${value}`)
    .join('\n')

/** Since `v1beta4` (Kubernetes 1.31) flags are a list of names and values, before a map. */
export type KubeadmVersion = 'v1beta3' | 'v1beta4'

/** What kubeadm's ClusterConfiguration says of our flags and files. */
export function kubeadmConfig(version: KubeadmVersion): string {
  const known = apiServerFlags(auditFolder)
  return stringify({
    apiVersion: `kubeadm.k8s.io/${version}`,
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs:
        version === 'v1beta3' ? Object.fromEntries(known) : known.map(([name, value]) => ({ name, value })),
      extraVolumes: [
        {
          name: 'quaywatch-audit',
          hostPath: auditFolder,
          mountPath: auditFolder,
          readOnly: true,
          pathType: 'Directory',
        },
      ],
    },
  })
}

/**
 * kind mounts a folder of the host into its node and hands flags to kubeadm. It writes `v1beta3` up to Kubernetes 1.35 and `v1beta4` from 1.36 on, and
 * leaves out a patch that names another version, so that both together fit every node image from 1.23 on (kubernetes-sigs/kind#4173).
 */
export function kindConfig(folder: string): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        kubeadmConfigPatches: [kubeadmConfig('v1beta3'), kubeadmConfig('v1beta4')],
        extraMounts: [{ hostPath: folder, containerPath: auditFolder, readOnly: true }],
      },
    ],
  })
}

/** k3s and RKE2 read flags from their own configuration files. `+` adds to what other files say instead of replacing it. */
export function rancherConfig(files: string): string {
  return stringify({
    'kube-apiserver-arg+': apiServerFlags(files).map(([name, value]) => `${name}=${value}`),
  })
}

/** Mounted into minikube's API server for its certificates; files of ~/.minikube/files are copied before it starts. */
const minikubeFolder = '/etc/ssl/certs'
const minikubeFlags = () =>
  apiServerFlags(minikubeFolder)
    .map(([name, value]) => `    --extra-config=apiserver.${name}=${value}`)
    .join(' \\\n')

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
  kubeadm-v1beta4.yaml   for kubeadm of Kubernetes 1.31 and newer; kubeadm-v1beta3.yaml for 1.22 to 1.30
  kind-cluster.yaml      for kind, node images of Kubernetes 1.23 and newer
  k3s-config.yaml        for k3s; rke2-config.yaml for RKE2

Try the way first, from here:
  quaywatch kube setup --check --address ${address} --cluster ${cluster}

kubeadm (on every control-plane node, as root)
  mkdir -p ${auditFolder} && cp audit-policy.yaml audit-webhook.yaml ${auditFolder}/ && chmod 600 ${auditFolder}/*
  quaywatch kube setup --manifest /etc/kubernetes/manifests/kube-apiserver.yaml
  That sets the flags below and mounts the folder, keeps a backup outside of the manifests folder, and changes nothing when done
  again. The kubelet restarts the API server by itself. The next upgrade writes the manifest without it unless kubeadm knows: put
  the apiServer part of kubeadm-v1beta4.yaml into ClusterConfiguration with
    kubectl -n kube-system edit configmap kubeadm-config
  (kubeadm-v1beta3.yaml when that says kubeadm.k8s.io/v1beta3: there extraArgs is a map, in v1beta4 a list). A new cluster takes the
  file as it is, as a part of what 'kubeadm init --config' reads.

minikube
  (its API server sees files under ${minikubeFolder}, and nothing else of ours)
  mkdir -p ~/.minikube/files${minikubeFolder} && cp audit-policy.yaml audit-webhook.yaml ~/.minikube/files${minikubeFolder}/
  minikube start \\
${minikubeFlags()}

kind
  kind create cluster --config kind-cluster.yaml
  (it mounts this folder, ${folder}, into the node)

k3s
  mkdir -p /var/lib/rancher/k3s/server/audit && cp audit-policy.yaml audit-webhook.yaml /var/lib/rancher/k3s/server/audit/
  chmod 600 /var/lib/rancher/k3s/server/audit/*
  mkdir -p /etc/rancher/k3s/config.yaml.d && cp k3s-config.yaml /etc/rancher/k3s/config.yaml.d/quaywatch-audit.yaml
  systemctl restart k3s

RKE2
  mkdir -p /var/lib/rancher/rke2/server/audit && cp audit-policy.yaml audit-webhook.yaml /var/lib/rancher/rke2/server/audit/
  chmod 600 /var/lib/rancher/rke2/server/audit/*
  mkdir -p /etc/rancher/rke2/config.yaml.d && cp rke2-config.yaml /etc/rancher/rke2/config.yaml.d/quaywatch-audit.yaml
  systemctl restart rke2-server
  (RKE2 mounts the files that flags name into its API server)

Any other API server: its flags
${flags(auditFolder, '  --')}

OpenShift's API servers are managed by an operator, which passes no webhook flags on: read /var/log/kube-apiserver/audit.log on the
control-plane nodes. EKS, GKE and AKS have no such flags either: export their audit logs and read them with
'quaywatch import kube-audit' (docs/guide/kubernetes-clouds.md).
`
}
