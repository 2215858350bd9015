export type Profile = 'minimal' | 'full'

const core = ''
const writes = ['create', 'update', 'patch', 'delete', 'deletecollection']

const quietUrls = ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi*', '/metrics']

/** What rules need bodies of: pods, everything that makes pods, rights, network, admission, the cluster itself. */
const withBodies = [
  {
    group: core,
    resources: [
      'pods',
      'pods/ephemeralcontainers',
      'namespaces',
      'nodes',
      'services',
      'persistentvolumes',
      'replicationcontrollers',
      'podtemplates',
    ],
  },
  { group: 'apps' },
  { group: 'batch', resources: ['jobs', 'cronjobs'] },
  { group: 'rbac.authorization.k8s.io' },
  { group: 'networking.k8s.io' },
  { group: 'policy.networking.k8s.io' },
  { group: 'cilium.io' },
  { group: 'crd.projectcalico.org' },
  { group: 'admissionregistration.k8s.io' },
  { group: 'certificates.k8s.io' },
  { group: 'apiregistration.k8s.io' },
  { group: 'apiextensions.k8s.io' },
]

/** Requests that say nothing and are most of the traffic. */
const silent = [
  { level: 'None', nonResourceURLs: quietUrls },
  { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
  {
    level: 'None',
    verbs: ['create', 'update', 'patch', 'get', 'list', 'watch'],
    resources: [
      { group: core, resources: ['events'] },
      { group: 'events.k8s.io', resources: ['events'] },
    ],
  },
]

/** Bodies of these hold secrets: never more than metadata. */
const confidential = [
  {
    level: 'Metadata',
    resources: [
      { group: core, resources: ['secrets', 'configmaps'] },
      { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
    ],
  },
  {
    level: 'None',
    userGroups: ['system:nodes'],
    verbs: ['create'],
    resources: [{ group: core, resources: ['serviceaccounts/token'] }],
  },
  // The request tells how long the token lives; the answer holds the token and is not recorded.
  { level: 'Request', resources: [{ group: core, resources: ['serviceaccounts/token'] }] },
]

/** The command is in the URI. */
const connections = {
  level: 'Metadata',
  resources: [
    {
      group: core,
      resources: [
        'pods/exec',
        'pods/attach',
        'pods/portforward',
        'pods/proxy',
        'pods/log',
        'services/proxy',
        'nodes/proxy',
      ],
    },
  ],
}

/** What the control plane reads, and what kubelets and controllers report all day. */
const routine = [
  {
    level: 'None',
    users: [
      'system:kube-proxy',
      'system:kube-controller-manager',
      'system:kube-scheduler',
      'system:apiserver',
    ],
    verbs: ['get', 'list', 'watch'],
  },
  { level: 'None', userGroups: ['system:nodes'], verbs: ['get', 'list', 'watch'] },
  {
    level: 'None',
    verbs: ['update', 'patch'],
    resources: [
      { group: core, resources: ['nodes/status', 'pods/status'] },
      {
        group: 'apps',
        resources: ['deployments/status', 'replicasets/status', 'daemonsets/status', 'statefulsets/status'],
      },
    ],
  },
]

/** The audit policy as an object; the first rule that matches decides (docs/guide/kubernetes.md says what each is for). */
export function auditPolicy(profile: Profile): object {
  const bodies = { level: 'RequestResponse', verbs: writes, resources: withBodies }
  const rules =
    profile === 'minimal'
      ? [...silent, ...confidential, connections, ...routine, bodies, { level: 'Metadata' }]
      : [
          { level: 'None', nonResourceURLs: quietUrls },
          ...confidential,
          connections,
          bodies,
          { level: 'Request', verbs: writes },
          { level: 'Metadata' },
        ]
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules,
  }
}
