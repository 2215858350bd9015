# One entry of Google Cloud Audit Logs (k8s.io) as an audit event of Kubernetes: gcloud logging read … --format json | jq -c -f this
.[]
| .protoPayload as $p | ($p.resourceName | split("/")) as $r
  | (if $r[2] == "namespaces" and ($r | length) > 4
     then {namespace: $r[3], resource: $r[4], name: $r[5], subresource: $r[6]}
     else {resource: $r[2], name: $r[3], subresource: $r[4]} end
     | with_entries(select(.value != null))) as $object
  | {kind: "Event", apiVersion: "audit.k8s.io/v1", stage: "ResponseComplete", auditID: .insertId,
     level: (if $p.request then "Request" else "Metadata" end),
     requestURI: ((if $r[0] == "core" then "/api/" else "/apis/" + $r[0] + "/" end) + ($r[1:] | join("/"))),
     verb: ($p.methodName | split(".") | last),
     user: {username: ($p.authenticationInfo.principalEmail // "system:anonymous")},
     sourceIPs: [$p.requestMetadata.callerIp], userAgent: $p.requestMetadata.callerSuppliedUserAgent,
     objectRef: $object, requestObject: $p.request, responseObject: $p.response,
     responseStatus: {code: ({"0": 200, "7": 403, "16": 401}[($p.status.code // 0) | tostring] // 500)},
     requestReceivedTimestamp: .timestamp, stageTimestamp: .timestamp}
  | with_entries(select(.value != null))
