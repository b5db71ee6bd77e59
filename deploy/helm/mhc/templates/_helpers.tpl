{{- define "mhc.name" -}}
{{- if contains "mhc" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-mhc" (.Release.Name | trunc 36 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "mhc.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "mhc.labels" -}}
app.kubernetes.io/name: mhc
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What never changes of a part. Arguments: the root, and the part's name. */}}
{{- define "mhc.selector" -}}
app.kubernetes.io/name: mhc
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "mhc.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-state" (include "mhc.name" .)) }}
{{- end }}

{{- define "mhc.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "mhc.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: state, mountPath: /var/lib/mhc}
- {name: secrets, mountPath: /etc/mhc/secrets, readOnly: true}
- {name: instance, mountPath: /etc/mhc/dagster, readOnly: true}
{{- end }}

{{/* The pod of a part. Arguments: root, part, command, ports, probes, resources, and for the migration job: true. */}}
{{- define "mhc.pod" -}}
{{- $name := include "mhc.name" .root }}
metadata:
  labels:
    {{- include "mhc.selector" . | nindent 4 }}
  annotations:
    checksum/config: {{ include (print .root.Template.BasePath "/config.yaml") .root | sha256sum }}
    {{- with .root.Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ ternary (printf "%s-runs" $name) $name (and (eq .root.Values.dagster.runLauncher "kubernetes") (eq .part "dagster-daemon")) }}
  automountServiceAccountToken: {{ and (eq .root.Values.dagster.runLauncher "kubernetes") (eq .part "dagster-daemon") }}
  {{- if .job }}
  restartPolicy: Never
  {{- else }}
  {{- /* The API answers on while balancers notice that it ends, and then what is under way. */}}
  terminationGracePeriodSeconds: {{ .grace | default (ternary 120 60 (eq .part "api")) }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {{ include "mhc.selector" . | fromYaml | toJson }}}
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {{ include "mhc.selector" . | fromYaml | toJson }}}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if not .job }}
  initContainers:
    # Waits until the migration is done: without the owner's login the command succeeds on a schema of this version alone.
    - name: wait-for-schema
      image: {{ include "mhc.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: [sh, -c, "until mhc db upgrade; do sleep 5; done"]
      envFrom: [{configMapRef: {name: {{ $name }}}}]
      resources: {{- toYaml .root.Values.migrate.resources | nindent 8 }}
      securityContext: {{- include "mhc.containerSecurity" . | nindent 8 }}
      volumeMounts: {{- include "mhc.mounts" . | nindent 8 }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: {{ include "mhc.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: {{- toYaml .command | nindent 8 }}
      envFrom: [{configMapRef: {name: {{ $name }}}}]
      {{- with .ports }}
      ports: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .probes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- if .ports }}
      lifecycle: {preStop: {sleep: {seconds: 5}}}  # until nobody sends new requests here
      {{- end }}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext: {{- include "mhc.containerSecurity" . | nindent 8 }}
      volumeMounts: {{- include "mhc.mounts" . | nindent 8 }}
  volumes:
    - name: tmp
      emptyDir: {sizeLimit: 2Gi}
    - name: state
      persistentVolumeClaim: {claimName: {{ include "mhc.claim" .root }}}
    - name: instance
      configMap: {name: {{ $name }}-dagster}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          - secret: {name: {{ .root.Values.secrets.existingSecret }}}
          {{- if and .job .root.Values.secrets.ownerSecret }}
          - secret:
              name: {{ .root.Values.secrets.ownerSecret }}
              items: [{key: mhc_owner_database_url, path: mhc_owner_database_url}]
          {{- end }}
{{- end }}
