//! Pods: scheduling, volumes, images, containers, probes.

sentences! {
    UNSCHEDULABLE: "{0} finds no node: {1}", "{0}이(가) 들어갈 노드가 없습니다: {1}";
    TOO_BIG: "{0} asks for more {1} than any node has left ({2} requested): the scheduler finds no node for it. Lower the request, or free {1}.",
        "{0}이(가) 요청한 {1}({2})만큼 남은 노드가 없어 스케줄러가 배치하지 못합니다. 요청량을 줄이거나 {1}을(를) 비우세요.";
    WHOLE_CPUS: " Without a suffix the number means whole CPUs; {0}m is meant, most likely.", " 접미사가 없으면 CPU 개수라는 뜻이니, 아마 {0}m을 쓰려던 것일 겁니다.";
    CPUS_LIKE_MEMORY: " For cpu the suffix {0} makes far more whole CPUs of it; {1}m is meant, most likely.",
        " cpu에 접미사 {0}을(를) 붙이면 CPU 개수가 엄청나게 커집니다. 아마 {1}m을 쓰려던 것일 겁니다.";
    LIMIT_ALONE: " Its limit is the same: where only a limit is written, it counts as the request too.",
        " 제한(limit)도 같은 값입니다. 제한만 쓰면 그 값이 요청(request)이 됩니다.";
    OLDER_HOLDS: " {0} of the older version holds {1}, and it goes only when the new Pod is ready: let it go first (maxUnavailable), or ask for less.",
        " 이전 버전의 {0}이(가) {1}을(를) 차지하고 있는데, 새 파드가 준비되어야 사라집니다. 먼저 사라지게 하거나(maxUnavailable) 요청량을 줄이세요.";
    HELD_BY_NETWORK: " {0} has it: with hostNetwork: true a container's ports are ports of the node.",
        " {0}이(가) 쓰고 있습니다. hostNetwork: true이면 컨테이너의 포트가 노드의 포트가 됩니다.";
    NOBODY_ON_PORT: " Nobody listens on port {0} in the container.", " 컨테이너 안에서 {0}번 포트를 듣는 프로그램이 없습니다.";
    TAINTED: "{0} does not tolerate the taint of the node ({1}): the scheduler finds no node for it. It needs a toleration, or the taint must go.",
        "{0}에 노드의 테인트({1})를 견디는 톨러레이션이 없어 배치할 노드가 없습니다. 톨러레이션을 추가하거나 테인트를 제거하세요.";
    CORDONED: "No node takes new Pods: {1} is cordoned (SchedulingDisabled), so {0} stays Pending. `kubectl uncordon` opens it again.",
        "노드 {1}이(가) 스케줄링 금지(SchedulingDisabled) 상태라 {0}이(가) Pending에 머뭅니다. `kubectl uncordon`으로 다시 열 수 있습니다.";
    NO_SUCH_LABEL_ON_NODES: "{0} asks for a node with {1}, and no node has that label (nodeSelector or node affinity).",
        "{0}은(는) {1} 레이블이 있는 노드를 요구하지만 그런 노드가 없습니다(nodeSelector 또는 노드 어피니티).";
    POD_AFFINITY: "{0} may not stand on any node by its Pod affinity or anti-affinity rules: {1}",
        "파드 어피니티 또는 안티어피니티 규칙 때문에 {0}을(를) 배치할 노드가 없습니다: {1}";
    SPREAD: "{0} fits nowhere by its topology spread constraints: {1}", "토폴로지 분산 제약 때문에 {0}을(를) 배치할 곳이 없습니다: {1}";
    HOST_PORT: "The host port {1} that {0} asks for is taken on every node.", "{0}이(가) 요구하는 호스트 포트 {1}을(를) 모든 노드에서 이미 쓰고 있습니다.";
    HELD_BY: " {0} has it: two Pods with one host port never fit on one node, not even during a rollout.",
        " {0}이(가) 쓰고 있습니다. 호스트 포트가 같은 두 파드는 롤아웃 중에도 한 노드에 함께 있을 수 없습니다.";
    HOOK_FAILS: "The postStart hook of the container {1} of {0} fails, and the kubelet kills the container for it: {2}",
        "{0}의 컨테이너 {1}의 postStart 훅이 실패해 kubelet이 컨테이너를 종료합니다: {2}";
    GATED: "{0} has scheduling gates ({1}); nobody schedules it before they are removed.", "{0}에 스케줄링 게이트({1})가 있어 제거되기 전에는 배치되지 않습니다.";
    VOLUME_ELSEWHERE: "{0} finds no node: its volume {1} can only be used on nodes with {2}, and no node is one.",
        "{0}을(를) 배치할 노드가 없습니다. 볼륨 {1}은(는) {2}인 노드에서만 쓸 수 있는데 그런 노드가 없습니다.";
    RUNS_ON_BESIDE: "{0} does not end: its container {2} has ended, and {1} beside it runs on. A Pod is done when all its containers are; a helper belongs among the initContainers with restartPolicy: Always.",
        "{0}이(가) 끝나지 않습니다. 컨테이너 {2}은(는) 끝났지만 옆의 {1}이(가) 계속 실행됩니다. 파드는 모든 컨테이너가 끝나야 끝납니다. 보조 컨테이너는 restartPolicy: Always인 initContainers에 두세요.";
    READINESS_LATER: "{0} runs and counts as ready only after its readiness probe has succeeded, which begins {1} seconds after the start (initialDelaySeconds).",
        "{0}은(는) 실행 중이지만 준비성 프로브(readinessProbe)가 성공해야 준비된 것으로 봅니다. 프로브는 시작하고 {1}초 뒤에 시작합니다(initialDelaySeconds).";
    POLICY_HOLDS_BACK: " The NetworkPolicy {0} selects the Pod and lets no question to the cluster's DNS out of it (port 53, in kube-system).",
        " 네트워크폴리시 {0}이(가) 이 파드를 선택해 클러스터 DNS로 가는 질의(kube-system의 53번 포트)를 내보내지 않습니다.";
    NODES_RESOLVER: " With dnsPolicy: {0} on this Pod, the node's resolver is asked for names, and knows no Service: it takes ClusterFirst (with hostNetwork, ClusterFirstWithHostNet).",
        " 이 파드는 dnsPolicy가 {0}이라서 서비스를 모르는 노드의 DNS에 이름을 묻습니다. ClusterFirst(hostNetwork라면 ClusterFirstWithHostNet)여야 합니다.";
    PROBE_PATH: " It asks for the path {0}.", " 프로브가 요청한 경로는 {0}입니다.";
    PROBE_TIMEOUT: " It is given {0} s for an answer (timeoutSeconds).", " 응답을 기다려 주는 시간은 {0}초입니다(timeoutSeconds).";
    READINESS_TIMES: "{0} runs, and counts as ready only after {1} successes of its readiness probe in a row (successThreshold), {2} seconds at least.",
        "{0}은(는) 실행 중이지만 준비성 프로브(readinessProbe)가 {1}번 연달아 성공해야(successThreshold) 준비된 것으로 봅니다. 적어도 {2}초가 걸립니다.";
    NAME_ELSEWHERE: " The Service {0} is in the namespace {1}: from here its name is {0}.{1}.", " 서비스 {0}은(는) 네임스페이스 {1}에 있습니다. 여기서는 {0}.{1}이라고 불러야 합니다.";
    NO_SUCH_NAME: " There is no Service {0} in its namespace: a name in the DNS comes with a Service.", " 네임스페이스에 서비스 {0}이(가) 없습니다. DNS 이름은 서비스가 있어야 생깁니다.";
    MEMBER_WITHOUT_SERVICE: " {0} is a name of {1}: it comes with a headless Service (clusterIP: None) named {2}.",
        " {0}은(는) {1}의 이름이라서 {2}라는 헤드리스 서비스(clusterIP: None)가 있어야 생깁니다.";
    NO_SCHEDULER: "{0} names the scheduler {1}, and no such scheduler runs: nobody gives it a node.",
        "{0}이(가) 지정한 스케줄러 {1}이(가) 실행되고 있지 않아 아무도 노드를 정해 주지 않습니다.";
    NO_SUCH_NODE: "{0} is bound to the node {1} by spec.nodeName, and there is no such node.",
        "{0}은(는) spec.nodeName으로 노드 {1}에 묶여 있지만 그런 노드가 없습니다.";
    CLAIM_MISSING: "{0} uses the PersistentVolumeClaim {1}, and there is no such claim.",
        "{0}이(가) 쓰는 PersistentVolumeClaim {1}이(가) 없습니다.";
    EVICTED: "{0} was evicted: {1}", "{0}이(가) 축출되었습니다(Evicted): {1}";
    POD_FAILED: "{0} has failed ({1}): {2}", "{0}이(가) 실패했습니다({1}): {2}";
    NODE_LOST: "The node of {0} does not answer (NotReady).", "{0}이(가) 있는 노드가 응답하지 않습니다(NotReady).";
    TAG_MISSING: "The image {1} of {0} does not exist: the registry knows no such name, tag or digest ({2}). Waiting does not help; correct the image.",
        "{0}의 이미지 {1}이(가) 없습니다. 레지스트리에 그런 이름이나 태그, 다이제스트가 없습니다({2}). 기다려도 소용없으니 이미지를 고치세요.";
    IMAGE_DENIED: "The registry refuses the image {1} of {0}: it does not exist, or it is private and needs an imagePullSecret ({2}).",
        "레지스트리가 {0}의 이미지 {1}을(를) 거부합니다. 존재하지 않거나, 비공개라서 imagePullSecret이 필요합니다({2}).";
    REGISTRY_UNKNOWN: "The registry of the image {1} of {0} cannot be reached: {2}", "{0}의 이미지 {1}이(가) 있는 레지스트리에 연결할 수 없습니다: {2}";
    PULL_SECRET_TYPE: "The imagePullSecret {1} of {0} is of the type {2} and holds no credentials of a registry: `kubectl create secret docker-registry` makes the right type.",
        "{0}의 imagePullSecret {1}은(는) {2} 유형이라 레지스트리 자격 증명이 없습니다. `kubectl create secret docker-registry`로 맞는 유형을 만드세요.";
    PULL_FAILS: "The image {1} of {0} cannot be pulled: {2}", "{0}의 이미지 {1}을(를) 가져올 수 없습니다: {2}";
    NEVER_PULLED: "The image {1} of {0} is not on the node, and imagePullPolicy: Never forbids to pull it.",
        "{0}의 이미지 {1}이(가) 노드에 없고, imagePullPolicy: Never라서 가져오지도 않습니다.";
    IMAGE_NAME: "{1} is no valid image name ({0}): {2}", "{1}은(는) 올바른 이미지 이름이 아닙니다({0}): {2}";
    CONFIG_MISSING: "{0} needs the {1} {2}, and there is none of that name in its namespace {3}; a Pod sees those of its own namespace only.",
        "{0}에 필요한 {1} {2}이(가) 네임스페이스 {3}에 없습니다. 파드는 자기 네임스페이스의 것만 쓸 수 있습니다.";
    IS_ELSEWHERE: " There is one named {0} in the namespace {1}.", " 이름이 {0}인 것은 네임스페이스 {1}에 있습니다.";
    KEYS: " Its keys: {0}.", " 들어 있는 키: {0}.";
    ONE_WORD: " The whole of \"{0}\" is taken for the name of one program: each argument is one word of the list, or it goes to `sh -c`.",
        " \"{0}\" 전체를 프로그램 이름 하나로 봅니다. 인자는 목록의 항목으로 나누어 쓰거나 `sh -c`에 넘기세요.";
    ARCHITECTURE: " The program was built for another processor architecture than the node's.", " 노드와 다른 프로세서 아키텍처용으로 만든 프로그램입니다.";
    OTHER_PROGRAM: " Its container runs `{0}` in place of the image's own program.", " 컨테이너가 이미지의 원래 프로그램 대신 `{0}`을(를) 실행하고 있습니다.";
    SUCCEEDED: "{0} has done its work and ended (Succeeded, exit code 0), and its restartPolicy is {1}: it is not started again.",
        "{0}은(는) 할 일을 마치고 끝났고(Succeeded, 종료 코드 0) restartPolicy가 {1}라서 다시 시작하지 않습니다.";
    BYTES: "{0} has {1} of memory: without a suffix that is {1} bytes. Mi is meant, most likely.",
        "{0}의 메모리가 {1}입니다. 접미사가 없으면 {1}바이트라는 뜻이니, 아마 Mi를 쓰려던 것일 겁니다.";
    TOLERATES: " It tolerates {0}, which is not the same.", " 이 파드의 톨러레이션은 {0}이라서 맞지 않습니다.";
    ITS_RULES: " Its rules: {0}.", " 지정한 규칙: {0}.";
    KEY_MISSING: "{0} needs the key {2} of the {1}, and that key is not in it.", "{0}에 필요한 키 {2}이(가) {1} 안에 없습니다.";
    RUNS_AS_ROOT: "{0} must not run as root (runAsNonRoot), and its image runs as root: set runAsUser, or take another image.",
        "{0}은(는) root로 실행될 수 없는데(runAsNonRoot) 이미지는 root로 실행됩니다. runAsUser를 지정하거나 다른 이미지를 쓰세요.";
    CONTAINER_CONFIG: "The container of {0} cannot be made: {1}", "{0}의 컨테이너를 만들 수 없습니다: {1}";
    COMMAND_MISSING: "The container of {0} cannot start: its command is not in the image ({1}).",
        "{0}의 컨테이너를 시작할 수 없습니다. 지정한 명령이 이미지 안에 없습니다({1}).";
    MOUNT_FAILS: "A volume of {0} cannot be mounted: {1}", "{0}의 볼륨을 마운트할 수 없습니다: {1}";
    OOM: "The container {1} of {0} was killed because it used more memory than its limit {2} (OOMKilled, exit code 137).",
        "{0}의 컨테이너 {1}이(가) 메모리 제한 {2}을(를) 넘어 종료되었습니다(OOMKilled, 종료 코드 137).";
    CRASH: "The program in the container {1} of {0} ends with exit code {2}{3}; the kubelet starts it again and again. Look at what it wrote before it ended.",
        "{0}의 컨테이너 {1} 안의 프로그램이 종료 코드 {2}로 끝납니다{3}. kubelet이 계속 다시 시작합니다. 끝나기 전에 남긴 로그를 보세요.";
    CRASHED: "The program in the container {1} of {0} ended with exit code {2}{3}; the kubelet starts it again.",
        "{0}의 컨테이너 {1} 안의 프로그램이 종료 코드 {2}로 끝났습니다{3}. kubelet이 다시 시작합니다.";
    ENDS_AT_ONCE: "The program in the container {1} of {0} ends by itself with exit code 0: a Pod that is restarted always needs a program that keeps running.",
        "{0}의 컨테이너 {1} 안의 프로그램이 종료 코드 0으로 스스로 끝납니다. 항상 재시작되는 파드에는 계속 실행되는 프로그램이 필요합니다.";
    ENDED_BADLY: "The container {1} of {0} ended with exit code {2}{3}, and its restartPolicy is {4}: it is not started again.",
        "{0}의 컨테이너 {1}이(가) 종료 코드 {2}로 끝났고{3}, restartPolicy가 {4}라서 다시 시작되지 않습니다.";
    LIVENESS: "The liveness probe of {0} fails, so the kubelet restarts the container: {1}",
        "{0}의 활성 프로브(livenessProbe)가 실패해 kubelet이 컨테이너를 재시작합니다: {1}";
    READINESS: "{0} runs but is not ready: its readiness probe fails: {1}",
        "{0}은(는) 실행 중이지만 준비되지 않았습니다. 준비성 프로브(readinessProbe)가 실패합니다: {1}";
    STARTUP: "{0} has not started yet by its startup probe: {1}", "{0}의 시작 프로브(startupProbe)가 아직 성공하지 않았습니다: {1}";
    PROBE_PORT: " The probe asks port {0}; the container declares {1}.", " 프로브는 {0}번 포트를 보지만 컨테이너가 선언한 포트는 {1}입니다.";
    READINESS_GATE: "{0} waits for its readiness gate {1}, which nobody has set.", "{0}의 준비성 게이트 {1}을(를) 아무도 설정하지 않았습니다.";
    IT_RUNS: " It runs `{0}`. What is to run on beside the others needs restartPolicy: Always.",
        " 실행 중인 명령: `{0}`. 다른 컨테이너와 함께 계속 실행되어야 한다면 restartPolicy: Always가 필요합니다.";
    WITHOUT_SHELL: " `{0}` means something to a shell only, and here it is a word for {1}: put the whole line behind `sh -c`.",
        " `{0}`은(는) 셸에서만 뜻이 있고 여기서는 {1}에 넘기는 단어일 뿐입니다. 줄 전체를 `sh -c` 뒤에 쓰세요.";
    CUT_SCRIPT: " `sh -c` takes one text, so that it runs `{0}` alone: write `{1}` as one item of the list.",
        " `sh -c`는 글 하나만 받으므로 `{0}`만 실행됩니다. `{1}`을(를) 목록의 항목 하나로 쓰세요.";
    TO_BACKGROUND: " It goes to the background, and a container ends with its first process: keep the program in the foreground.",
        " 프로그램이 백그라운드로 갔습니다. 컨테이너는 첫 프로세스가 끝나면 끝나므로 프로그램을 포그라운드에서 실행하세요.";
    READ_ONLY_MOUNT: " The volume at {0} is mounted readOnly: true.", " {0}의 볼륨이 readOnly: true로 마운트되어 있습니다.";
    READ_ONLY_ROOT: " The container's own files are for reading only (readOnlyRootFilesystem: true): what it writes needs a volume, such as an emptyDir, in that place.",
        " 컨테이너의 파일 시스템이 읽기 전용입니다(readOnlyRootFilesystem: true). 쓰는 자리에는 emptyDir 같은 볼륨이 필요합니다.";
    NO_TOKEN: " The token of the ServiceAccount {0} is not mounted (automountServiceAccountToken: false).",
        " 서비스어카운트 {0}의 토큰이 마운트되지 않았습니다(automountServiceAccountToken: false).";
    MOUNTED_ON_FILE: "The container of {0} cannot start: a volume is a folder, and at {1} the image has a file. Mount the folder around it, or a single key with subPath.",
        "{0}의 컨테이너를 시작할 수 없습니다. 볼륨은 폴더인데 이미지의 {1}은(는) 파일입니다. 그 파일이 있는 폴더에 마운트하거나 subPath로 키 하나만 마운트하세요.";
    ROOT_BY_NUMBER: "The container of {0} cannot be made: runAsNonRoot: true forbids the user that runAsUser: 0 asks for, who is root.",
        "{0}의 컨테이너를 만들 수 없습니다. runAsUser: 0은 root인데 runAsNonRoot: true가 그것을 금지합니다.";
    INIT_WAITS: "The init container {1} of {0} still runs; the others begin after it.", "{0}의 초기화 컨테이너 {1}이(가) 아직 실행 중입니다. 나머지는 그다음에 시작합니다.";
    CREATING: "{0} is being made: its image is pulled, its volumes are mounted.", "{0}을(를) 만드는 중입니다. 이미지를 가져오고 볼륨을 마운트합니다.";
    NOT_READY_YET: "{0} runs, and is not ready yet.", "{0}이(가) 실행 중이지만 아직 준비되지 않았습니다.";
    RBAC: "{0} may not do what it tries: {1} Its ServiceAccount needs a Role and a RoleBinding.",
        "{0}에 하려는 일의 권한이 없습니다: {1} 서비스어카운트에 Role과 RoleBinding이 필요합니다.";
    LIVENESS_ENDS: "The liveness probe of {0} failed ({1}), so the kubelet ended its container; the restartPolicy is {2}, and nothing starts it again.",
        "{0}의 활성 프로브(livenessProbe)가 실패해({1}) kubelet이 컨테이너를 종료했습니다. restartPolicy가 {2}이라서 다시 시작하지 않습니다.";
    ASKS_THE_NODE: " Its host is {0}: the kubelet asks from the node, so that is the node itself. Leave `host` out.",
        " host가 {0}인데 kubelet은 노드에서 요청하므로 노드 자신을 가리킵니다. `host`를 빼세요.";
    OTHER_KIND_THERE: " There is a {1} named {0}: it is taken in as one.", " 이름이 {0}인 {1}은(는) 있습니다. {1}(으)로 지정하세요.";
    PROBE_ENDS_IT: " Its {0} asks for {1}, and that is what ends it.", " {0}이(가) {1}을(를) 요청해서 프로그램이 끝납니다.";
    PORT_SHARED: " The containers of a Pod share its address and its ports, and another one ({0}) listens there already.",
        " 한 파드의 컨테이너들은 주소와 포트를 함께 씁니다. 다른 컨테이너({0})가 이미 그 포트를 듣고 있습니다.";
    EGRESS_HOLDS_BACK: " The NetworkPolicy {0} selects the Pod and lets out only what its egress rules allow: there the addresses of Pods count, and not those of Services.",
        " 네트워크폴리시 {0}이(가) 이 파드를 선택해 egress 규칙이 허용하는 것만 내보냅니다. 규칙에는 서비스가 아니라 파드의 주소가 적용됩니다.";
    COMES_LATER: " {0} has the same volume, and comes after {1}: init containers run one at a time, in their order.",
        " 같은 볼륨을 쓰는 {0}은(는) {1} 다음에 실행됩니다. 초기화 컨테이너는 적힌 순서대로 하나씩 실행됩니다.";
    KUBELETS_FILES: " What is at {0} comes from a {1}, and such volumes are for reading only: copy it to an emptyDir to change it.",
        " {0}의 내용은 {1}에서 온 것이고 그런 볼륨은 읽기 전용입니다. 바꾸려면 emptyDir에 복사하세요.";
    NOT_EXECUTABLE: " Files of a {0} can be read and not run, unless defaultMode gives them that right (0755): or run `sh {1}`.",
        " {0}의 파일은 읽을 수만 있고 실행할 수 없습니다. defaultMode로 권한을 주거나(0755) `sh {1}`로 실행하세요.";
    RELATIVE: " `{0}` is looked for in the working directory, {1} (workingDir).", " `{0}`은(는) 작업 디렉터리인 {1}(workingDir)에서 찾습니다.";
    MOUNTED_BESIDE: " The volume {0} is at {2} in the container {1}, and at {3} in this one.", " 볼륨 {0}은(는) 컨테이너 {1}에서는 {2}에, 이 컨테이너에서는 {3}에 마운트되어 있습니다.";
    NOT_MOUNTED_HERE: " The container {1} has the volume {0} at {2}; this one does not mount it.", " 컨테이너 {1}은(는) 볼륨 {0}을(를) {2}에 마운트했지만 이 컨테이너는 마운트하지 않았습니다.";
    OTHERS_FOLDER: " It runs as the user {0}, to whom the volume at {1} does not belong: fsGroup in the Pod's securityContext gives it a group.",
        " 사용자 {0}(으)로 실행되는데 {1}의 볼륨은 이 사용자의 것이 아닙니다. 파드의 securityContext에 fsGroup을 지정하면 그룹이 바뀝니다.";
    NODES_FOLDER: " It runs as the user {0}, to whom the node's folder at {1} (hostPath) does not belong; fsGroup does not change that.",
        " 사용자 {0}(으)로 실행되는데 {1}에 있는 노드의 폴더(hostPath)는 이 사용자의 것이 아닙니다. fsGroup으로도 바뀌지 않습니다.";
    PREFIXED: " With the prefix in envFrom, {0} of the {1} is called {2}.", " envFrom의 prefix 때문에 {1}의 {0}은(는) 이름이 {2}입니다.";
    NOT_INDEXED: " Only a Job with completionMode: Indexed gives its Pods {0}; {1} has none.", " {0}은(는) completionMode: Indexed인 잡의 파드에만 있습니다. {1}은(는) 그렇지 않습니다.";
    VARIABLE_BESIDE: " The variable {0} is set in the container {1}, and each container has its own.", " 변수 {0}은(는) 컨테이너 {1}에 지정되어 있습니다. 변수는 컨테이너마다 따로 지정합니다.";
    LEFT_OUT: " The variable {0} is not set: it is optional, and there is no key {1} in a {2}.", " 변수 {0}이(가) 지정되지 않았습니다. optional인데 {2}에 키 {1}이(가) 없습니다.";
    DEFINED_LATER: " $({0}) stays as it is written in {1}: only variables that are defined before it are put in.",
        " {1} 안의 $({0})이(가) 그대로 남았습니다. 그보다 앞에 정의한 변수만 값으로 바뀝니다.";
    NOT_DEFINED: " $({0}) stays as it is written in {1}: the container has no variable of that name.", " {1} 안의 $({0})이(가) 그대로 남았습니다. 컨테이너에 그런 이름의 변수가 없습니다.";
    FRIENDS_ELSEWHERE: " {0} is in the namespace {1}: rules about Pods look in the Pod's own namespace, unless they name others (namespaces).",
        " {0}은(는) 네임스페이스 {1}에 있습니다. 파드 규칙은 namespaces로 지정하지 않으면 자기 네임스페이스만 봅니다.";
    KEPT_OFF: " It is a rule of {0}, which runs already: its own anti-affinity keeps this Pod away.", " 이미 실행 중인 {0}의 안티어피니티 규칙이 이 파드를 막습니다.";
    ONE_POD_ONLY: " {0} is ReadWriteOncePod, for one Pod at a time: {1} uses it.", " {0}은(는) 한 번에 파드 하나만 쓸 수 있고(ReadWriteOncePod), 지금은 {1}이(가) 쓰고 있습니다.";
    ASKED_BY: " It is the container {0} that asks for it.", " 그만큼 요청한 것은 컨테이너 {0}입니다.";
    ASKS_ANOTHER: " Its host is {0}: the kubelet connects to that, and not to the Pod. Leave `host` out; a name for the server goes into httpHeaders.",
        " host가 {0}이라서 kubelet이 파드가 아니라 그곳에 연결합니다. `host`를 빼고, 서버에 알릴 이름은 httpHeaders에 쓰세요.";
    NAMED_BESIDE: " The name {0} is a port of the container {1}: a probe knows the names of its own container only.",
        " {0}은(는) 컨테이너 {1}의 포트 이름입니다. 프로브는 자기 컨테이너의 포트 이름만 압니다.";
    ITS_HOOK: " The preStop hook of its container {0} runs first.", " 먼저 컨테이너 {0}의 preStop 훅이 실행됩니다.";
    AFFIXED: " There is {0}: a kustomization that adds a prefix or a hash to a name does so only where the name stands in its own resources.",
        " {0}은(는) 있습니다. kustomization이 이름에 붙이는 접두사나 해시는 그 안의 리소스에만 반영됩니다.";
    NOT_TAKEN: " The Secret {0} has a user and a password for {1}, and the registry does not take them.",
        " 시크릿 {0}에 {1}의 사용자 이름과 비밀번호(password)가 있지만 레지스트리가 받아들이지 않습니다.";
    OTHER_REGISTRY: " The Secret {0} is for {1}, and the image comes from {2}.", " 시크릿 {0}은(는) {1}용인데 이미지는 {2}에서 옵니다.";
    HOOK_RUNS: "The container {1} of {0} counts as running only when its postStart hook has ended, and the hook runs on.",
        "{0}의 컨테이너 {1}은(는) postStart 훅이 끝나야 실행 중으로 보는데, 훅이 아직 끝나지 않았습니다.";
    NO_SUCH_NAME_BUT: " There is no Service {0} in its namespace; there is {1}: a typing error?",
        " 네임스페이스에 서비스 {0}이(가) 없고 {1}이(가) 있습니다. 오타가 아닌지 보세요.";
    INIT_ASKS: "The init container {1} of {0} still runs (`{2}`); the others begin after it.",
        "{0}의 초기화 컨테이너 {1}이(가) 아직 실행 중입니다(`{2}`). 나머지는 그다음에 시작합니다.";
    FIRST_OF_ARGS: " `{0}` stands first in args (of `kubectl run`: a word that belongs to no flag), and takes the place of the image's own program.",
        " `{0}`이(가) args의 맨 앞에 있어(`kubectl run`에서는 어느 플래그에도 속하지 않은 단어) 이미지의 원래 프로그램 대신 실행됩니다.";
    CONTAINER_BESIDE: " {0} is a container of the same Pod: containers of one Pod reach each other at localhost, and have no names in the DNS.",
        " {0}은(는) 같은 파드의 컨테이너입니다. 한 파드의 컨테이너끼리는 localhost로 연결하고 DNS 이름은 없습니다.";
    WHOLE_NAME: " The whole name of {0} is {1}.", " {0}의 전체 이름은 {1}입니다.";
    MEMBER_NAMES_OTHER: " {1} names the Service {2} (serviceName, subdomain), which is not there; {0} takes {3}.",
        " {1}이(가) 지정한 서비스(serviceName, subdomain)는 {2}인데 그런 서비스가 없습니다. {0}이라는 이름에는 {3}이어야 합니다.";
    ON_LOOPBACK: " It listens on {0} (`{1}`), where only its own Pod reaches it: 0.0.0.0 stands for every address.",
        " {0}에서만 듣고 있어(`{1}`) 자기 파드 안에서만 연결됩니다. 모든 주소에서 들으려면 0.0.0.0을 쓰세요.";
    MEMBER_OF_OTHER: " {0} belongs to the Service {1} (serviceName, subdomain): its name is {2}.",
        " {0}은(는) 서비스 {1}에 속합니다(serviceName, subdomain). 이름은 {2}입니다.";
    MEMBER_LEFT_OUT: " The selector of {0} ({1}) does not match {2}, so that it has no name there.",
        " {0}의 셀렉터({1})가 {2}에 맞지 않아 그 이름이 생기지 않습니다.";
    ALIAS_OF_NOBODY: " {0} is another name for {1} (ExternalName), and there is no Service {2} in a namespace {3}.",
        " {0}은(는) {1}의 별칭(ExternalName)인데 네임스페이스 {3}에 서비스 {2}이(가) 없습니다.";
    ALIAS_ELSEWHERE: " {0} is another name for {1} (ExternalName), and the Service {2} is in the namespace {4}, not in {3}.",
        " {0}은(는) {1}의 별칭(ExternalName)인데 서비스 {2}은(는) {3}이(가) 아니라 네임스페이스 {4}에 있습니다.";
    NO_DNS: " Nobody answers for names: no Pod of coredns in kube-system is ready (`kubectl get deployment coredns -n kube-system`).",
        " 이름에 답하는 것이 없습니다. kube-system에 준비된 coredns 파드가 없습니다(`kubectl get deployment coredns -n kube-system`).";
    ASKS_THE_NEXT: " The probe asks for {0}, which {1} makes only when this Pod is ready (podManagementPolicy: OrderedReady).",
        " 프로브가 {0}을(를) 찾는데, {1}은(는) 이 파드가 준비되어야 그것을 만듭니다(podManagementPolicy: OrderedReady).";
    NOT_ROOT: " It runs as the user {0} (runAsUser), and only root may do that.", " 사용자 {0}(runAsUser)(으)로 실행되는데 그 일은 root만 할 수 있습니다.";
    RIGHTS_DROPPED: " It has not the capability for that: securityContext.capabilities.drop is {0}.",
        " 그 일에 필요한 커널 권한이 없습니다. securityContext.capabilities.drop이 {0}입니다.";
    READ_ONLY_CLAIM: " The volume at {0} is for reading only: its persistentVolumeClaim has readOnly: true.",
        " {0}의 볼륨은 읽기 전용입니다. persistentVolumeClaim에 readOnly: true가 있습니다.";
    WINDOWS_LINES: " The lines of {0} end as on Windows, so that `{1}` with a carriage return (\\r) behind it is looked for: save the file with Unix line ends.",
        " {0}의 줄 끝이 Windows 형식이라 `{1}` 뒤에 캐리지 리턴(carriage return, \\r)이 붙은 이름을 찾습니다. 줄 끝을 유닉스 형식으로 저장하세요.";
    NO_INTERPRETER: " The first line of {0} asks for `{1}`, which is not in the image.", " {0}의 첫 줄에 있는 `{1}`이(가) 이미지 안에 없습니다.";
    MOUNTED_OVER_WITH: " What is at {0} comes from the volume that is mounted over it, and holds {1}.",
        " {0}의 내용은 그 자리에 마운트된 볼륨에서 왔고, 들어 있는 것은 {1}입니다.";
    NARROW_MODE: " By its defaultMode {2} only root may read the {0} at {1}, and it runs as the user {3}.",
        " {1}의 {0}은(는) defaultMode가 {2}이라서 root만 읽을 수 있는데 사용자 {3}(으)로 실행됩니다.";
    NOT_NOTED: " The variable {0} is empty: {2} has no {1}.", " 변수 {0}이(가) 비어 있습니다. {2}에 {1}이(가) 없습니다.";
    NOTED_ABOVE: " The variable {0} is empty: {2} has no {1}; {3} has it, and Pods get theirs from spec.template.metadata.",
        " 변수 {0}이(가) 비어 있습니다. {2}에 {1}이(가) 없고 {3}에만 있습니다. 파드의 것은 spec.template.metadata에서 옵니다.";
    SERVICE_VARIABLE: " The variable {0} comes from {1}: the kubelet makes such for each Service. enableServiceLinks: false leaves them out.",
        " 변수 {0}은(는) {1} 때문에 생긴 것입니다. kubelet이 서비스마다 만듭니다. enableServiceLinks: false이면 만들지 않습니다.";
    DISK_LIMIT: " The limit is resources.limits.ephemeral-storage.", " 그 제한은 resources.limits.ephemeral-storage입니다.";
    GIVEN_REQUEST: " The {0} request is none that was written: the LimitRange {1} gives it to containers without one.",
        " {0} 요청은 직접 쓴 것이 아니라 LimitRange {1}의 기본값입니다.";
    BIGGEST_HOLDER: " Most of it is held by {0} in the namespace {1} ({2} {3}).", " 가장 많이 차지한 것은 네임스페이스 {1}의 {0}입니다({3} {2}).";
    OLDER_BESIDE: " {0} of the older version stands there, and goes only when the new Pod is ready: its podAntiAffinity is against itself. Let it go first (maxUnavailable: 1, maxSurge: 0).",
        " 이전 버전의 {0}이(가) 그 자리에 있는데 새 파드가 준비되어야 사라집니다. podAntiAffinity가 자기 자신을 막고 있습니다. 먼저 사라지게 하세요(maxUnavailable: 1, maxSurge: 0).";
    LACKED_BY: " The container that lacks it: {0}.", " 지정하지 않은 컨테이너: {0}.";
    MOUNTED_OVER: " A volume is mounted over what the image holds at {0}.", " 이미지에 있던 {0}의 내용이 그 자리에 마운트된 볼륨에 가려졌습니다.";
    VARIABLE_COVERS: " {1} has another value for {0}: the container sets {0} itself under `env`, and that counts for more than envFrom.",
        " {1}에는 {0}의 값이 따로 있지만 컨테이너가 `env`에 {0}을(를) 직접 지정했고, 그것이 envFrom보다 우선합니다.";
    SOURCE_COVERS: " {1} has another value for {0}: {2} stands after it in envFrom and has {0} as well, and the later one counts.",
        " {1}에는 {0}의 값이 따로 있지만 envFrom에서 뒤에 있는 {2}에도 {0}이(가) 있어 그 값이 쓰입니다.";
    FILE_COVERS: " {1} has another {0}: {2} stands after it in the projected volume and has a file {0} as well, and the later one counts.",
        " {1}에는 다른 {0}이(가) 있지만 projected 볼륨에서 뒤에 있는 {2}에도 {0} 파일이 있어 그것이 쓰입니다.";
    LEFT_EMPTY: " The volume {0} is empty: there is no {1}, and with optional: true the Pod starts without it.",
        " 볼륨 {0}이(가) 비어 있습니다. {1}이(가) 없는데 optional: true라서 파드가 그대로 시작했습니다.";
    WAITS_FOR_ITSELF: " It asks {0}, behind which only ready Pods stand; it selects this Pod, and no other that is ready: the Pod waits for itself.",
        " {0}에 요청하는데 그 뒤에는 준비된 파드만 있습니다. {0}이(가) 선택하는 것은 이 파드이고 준비된 다른 파드는 없으니, 파드가 자기 자신을 기다리는 셈입니다.";
    WAITS_FOR_ITS_NAME: " {0} has the name {1} only once it is ready, and waits for that name itself: publishNotReadyAddresses: true at {2} gives names before.",
        " {0}은(는) 준비되어야 {1}이라는 이름이 생기는데 그 이름을 스스로 기다립니다. {2}에 publishNotReadyAddresses: true를 쓰면 그전에도 이름이 생깁니다.";
    NAMED_LATER: " {0} has the name {1} only while it is ready, unless {2} has publishNotReadyAddresses: true.",
        " {0}은(는) 준비되어 있어야 {1}이라는 이름이 있습니다. {2}에 publishNotReadyAddresses: true가 있으면 그렇지 않아도 됩니다.";
    IMAGE_LACKS: " The image {0} has no `{1}`: take a program that it has, or another image.",
        " 이미지 {0}에는 `{1}`이(가) 없습니다. 있는 프로그램을 쓰거나 다른 이미지를 쓰세요.";
    FOLDED: " The script is one line, with nothing between its commands: in YAML `>` joins lines into one, and `|` keeps them. Or put `;` between the commands.",
        " 스크립트가 한 줄인데 명령 사이에 구분이 없습니다. YAML에서 `>`는 여러 줄을 한 줄로 잇고 `|`는 줄을 그대로 둡니다. 아니면 명령 사이에 `;`를 쓰세요.";
    NOT_DEFINED_BUT: " $({0}) stays as it is written in {1}: the container has no variable of that name; it has {2}.",
        " {1} 안의 $({0})이(가) 그대로 남았습니다. 컨테이너에 그런 이름의 변수가 없고, 있는 것은 {2}입니다.";
    GIVEN_LIMIT: " The {0} limit is none that was written: {1} gives it to containers without one. Set a limit of your own.",
        " {0} 제한은 직접 쓴 것이 아니라 {1}의 기본값입니다. 제한을 직접 지정하세요.";
    DISPLACES_NOBODY: " Pods of lower priority hold some of it, and its PriorityClass {0} has preemptionPolicy: Never: it displaces nobody.",
        " 우선순위가 더 낮은 파드들이 차지하고 있지만 PriorityClass {0}의 preemptionPolicy가 Never라서 아무도 밀어내지 않습니다.";
    ALIAS_ADDRESS: " {0} is another name for {1} (ExternalName), and that is an address: a name is wanted there. A Service without a selector and an EndpointSlice lead to addresses.",
        " {0}은(는) {1}의 별칭(ExternalName)인데 그것은 이름이 아니라 주소입니다. 주소로 보내려면 셀렉터 없는 서비스와 EndpointSlice를 쓰세요.";
    POLICY_LETS_NOTHING_OUT: " The NetworkPolicy {0} selects the Pod, is for Egress as well (policyTypes), and has no egress rule: nothing may leave the Pod, not even a question for a name.",
        " 네트워크폴리시 {0}이(가) 이 파드를 선택하고 Egress에도 적용되는데(policyTypes) egress 규칙이 없습니다. 이름 질의조차 파드에서 나갈 수 없습니다.";
    SIZE_LIMIT: " The limit is the sizeLimit of the emptyDir.", " 그 제한은 emptyDir의 sizeLimit입니다.";
}
