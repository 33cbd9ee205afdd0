//! Workloads and what limits them.

sentences! {
    PAUSED: "The rollout of {0} is paused: a changed template makes no new Pods until `kubectl rollout resume`.",
        "{0}의 롤아웃이 일시 중지되어 있습니다. `kubectl rollout resume`을 실행하기 전에는 템플릿을 바꿔도 새 파드가 생기지 않습니다.";
    ZERO: "{0} asks for 0 replicas: it makes no Pods.", "{0}의 replicas가 0이라서 파드를 만들지 않습니다.";
    MIN_READY: "The Pods of {0} are ready, but count as available only after minReadySeconds: {1} s.",
        "{0}의 파드는 준비되었지만 minReadySeconds {1}초가 지나야 사용 가능으로 셉니다.";
    NO_PARALLELISM: "{0} has parallelism 0: it starts no Pods.", "{0}의 parallelism이 0이라서 파드를 시작하지 않습니다.";
    ACTIVE_DEADLINE: " Its activeDeadlineSeconds is {0}: after that its Pods are ended.", " activeDeadlineSeconds가 {0}이라서 그 시간이 지나면 파드를 끝냅니다.";
    NODE_TAINTS: " The taints of the nodes: {0}.", " 노드의 테인트: {0}.";
    DEFAULT_LIMIT: " The {0} limit may come from the LimitRange {1}, which sets it by default: set a limit of your own.",
        " {0} 제한은 LimitRange {1}의 기본값일 수 있습니다. 제한을 직접 지정하세요.";
    DEADLINE: "The rollout of {0} made no progress within its deadline (ProgressDeadlineExceeded); nothing is rolled back by itself.",
        "{0}의 롤아웃이 기한 안에 진행되지 않았습니다(ProgressDeadlineExceeded). 저절로 롤백되지는 않습니다.";
    ON_DELETE: "{0} has updateStrategy OnDelete: it makes new Pods only when the old ones are deleted.",
        "{0}의 updateStrategy가 OnDelete라서 기존 파드를 삭제해야 새 파드가 만들어집니다.";
    QUOTA: "{0} may not make Pods: the quota {1} is used up ({2}).", "{0}이(가) 파드를 만들 수 없습니다. 쿼터 {1}을(를) 다 썼습니다({2}).";
    QUOTA_NEEDS: "{0} may not make Pods: the quota {1} asks every container for {2}.", "{0}이(가) 파드를 만들 수 없습니다. 쿼터 {1} 때문에 모든 컨테이너에 {2}을(를) 지정해야 합니다.";
    LIMIT_RANGE: "{0} may not make Pods: a LimitRange of the namespace forbids it ({1}).", "{0}이(가) 파드를 만들 수 없습니다. 네임스페이스의 LimitRange가 막습니다({1}).";
    POD_SECURITY: "{0} may not make Pods: the Pod Security level of the namespace forbids it ({1}).",
        "{0}이(가) 파드를 만들 수 없습니다. 네임스페이스의 파드 시큐리티 수준이 막습니다({1}).";
    SERVICE_ACCOUNT: "{0} may not make Pods: there is no ServiceAccount {1}.", "{0}이(가) 파드를 만들 수 없습니다. 서비스어카운트 {1}이(가) 없습니다.";
    PRIORITY_CLASS: "{0} may not make Pods: there is no PriorityClass {1}.", "{0}이(가) 파드를 만들 수 없습니다. PriorityClass {1}이(가) 없습니다.";
    CREATE_REFUSED: "{0} may not make Pods: {1}", "{0}이(가) 파드를 만들 수 없습니다: {1}";
    NO_NODES: "{0} wants Pods on 0 nodes: no node fits its nodeSelector, affinity or tolerations.",
        "{0}이(가) 파드를 둘 노드가 없습니다. nodeSelector, 어피니티, 톨러레이션에 맞는 노드가 하나도 없습니다.";
    SUSPENDED: "{0} is suspended (spec.suspend: true): it starts nothing.", "{0}이(가) 보류되어 있어(spec.suspend: true) 아무것도 시작하지 않습니다.";
    JOB_FAILED: "{0} has failed ({1}): {2}", "{0}이(가) 실패했습니다({1}): {2}";
    NOT_DUE: "{0} has not been due yet: its schedule is {1}.", "{0}은(는) 아직 실행할 때가 아닙니다. 일정은 {1}입니다.";
    RUNS_ONE_AT_A_TIME: "{0} begins no new run while {1} is not done (concurrencyPolicy: Forbid).",
        "{0}은(는) {1}이(가) 끝나기 전에는 새로 실행하지 않습니다(concurrencyPolicy: Forbid).";
    STILL_RUNS: "{0} runs, and has not completed yet.", "{0}이(가) 실행 중이고 아직 완료되지 않았습니다.";
    OWN_PROGRAM: " It runs the own program of the image {0}: a Job is done when its program ends, and a server never does.",
        " 이미지 {0}의 기본 프로그램을 실행합니다. 잡은 프로그램이 끝나야 완료되는데 서버는 끝나지 않습니다.";
    STUCK_MEMBER: "{0} comes from an older template and is not ready, and {1} replaces a member only once it is: `kubectl delete pod {2}` lets it make the new one.",
        "{0}은(는) 이전 템플릿에서 나왔고 준비되지 않았는데, {1}은(는) 준비된 파드만 교체합니다. `kubectl delete pod {2}`로 삭제하면 새로 만듭니다.";
    BUDGET_OF_NOBODY: "The selector of {0} ({1}) matches no Pod: the budget applies to nothing.",
        "{0}의 셀렉터({1})에 맞는 파드가 없어 어디에도 적용되지 않습니다.";
    ITS_VOLUMES: " Its volumes are named {0}.", " 있는 볼륨의 이름: {0}.";
    HEADLESS_MISSING: "{0} names the Service {1} (serviceName), and there is no such Service: its Pods have no DNS names.",
        "{0}의 serviceName인 서비스 {1}이(가) 없어서 파드에 DNS 이름이 생기지 않습니다.";
    OVERLAP: "{0} and {1} select the same labels: two controllers would fight for the same Pods.",
        "{0}과(와) {1}이(가) 같은 레이블을 선택합니다. 두 컨트롤러가 같은 파드를 두고 다투게 됩니다.";
    FINALIZERS: "{0} is marked for deletion, and its finalizers {1} keep it until somebody removes them.",
        "{0}은(는) 삭제 표시가 되었지만, 파이널라이저 {1}이(가) 남아 있어 누군가 제거해야 사라집니다.";
    CLAIM_IN_USE: "{0} is marked for deletion and goes when no Pod uses it any more: {1} does.",
        "{0}은(는) 삭제 표시가 되었고, 쓰는 파드가 없어져야 사라집니다. 지금은 {1}이(가) 쓰고 있습니다.";
    VOLUME_CLAIMED: "{0} is marked for deletion and goes when no claim has it any more: {1} in the namespace {2} does. Delete that first.",
        "{0}은(는) 삭제 표시가 되었고, 바인딩된 클레임이 없어져야 사라집니다. 네임스페이스 {2}의 {1}을(를) 먼저 삭제하세요.";
    GRACE: "{0} is being deleted; its containers have time to end (grace period {1} s).", "{0}을(를) 삭제하는 중입니다. 컨테이너가 끝날 시간(유예 기간 {1}초)을 줍니다.";
    NAMESPACE_GOES: "{0} is being deleted, and waits for what is still in it: {1}", "{0}을(를) 삭제하는 중이며, 남은 것이 사라지기를 기다립니다: {1}";
    METRICS_MISSING: "{0} cannot read the load: the metrics API does not answer, because metrics-server is not installed or not ready yet ({1}).",
        "{0}이(가) 부하를 읽지 못합니다. metrics-server가 없거나 아직 준비되지 않아 메트릭 API가 응답하지 않습니다({1}).";
    NO_REQUEST: "{0} cannot compute a utilization: the container {2} of its target has no {1} request. Set resources.requests.{1} of every container.",
        "{0}이(가) 사용률을 계산할 수 없습니다. 대상의 컨테이너 {2}에 {1} 요청이 없습니다. 모든 컨테이너에 resources.requests.{1}을(를) 지정하세요.";
    OTHER_GROUP: "{0} scales a {1} of apiVersion {2}, and there is no such kind.", "{0}의 대상은 apiVersion이 {2}인 {1}인데 그런 종류가 없습니다.";
    GRANTS_NOTHING: "{0} has a rule about {1} of the API group {2}, and there is no such resource: it grants nothing.",
        "{0}의 규칙은 API 그룹 {2}의 {1}에 대한 것인데 그런 리소스가 없어 아무 권한도 주지 않습니다.";
    GROUP_IS: " The API group of {0} is {1}.", " {0}의 API 그룹은 {1}입니다.";
    NOT_ITS_VOLUME: "{0} has the volume {1}, and not {2}, which does not fit it: {3}.", "{0}에 바인딩된 볼륨은 {2}이(가) 아니라 {1}입니다. {2}은(는) 맞지 않습니다: {3}.";
    FREE_VOLUMES: " Volumes that wait for a claim, with their classes: {0}.", " 클레임을 기다리는 볼륨과 그 클래스: {0}.";
    SCALE_TARGET: "{0} scales {1}, and there is no such object.", "{0}의 대상 {1}이(가) 없습니다.";
    AUTOSCALER: "{0} does not scale ({1}): {2}", "{0}이(가) 스케일하지 않습니다({1}): {2}";
    AUTOSCALED: "{0} changes the number of replicas by itself, between {1} and {2}: what is set by hand does not last.",
        "{0}이(가) replicas를 {1}~{2} 사이에서 스스로 바꾸므로 손으로 정한 값은 유지되지 않습니다.";
    CLASS_MISSING: "{0} asks for the StorageClass {1}, and there is no such class.", "{0}이(가) 요구하는 스토리지클래스 {1}이(가) 없습니다.";
    NO_DEFAULT_CLASS: "{0} names no StorageClass, and the cluster has no default one: nobody makes a volume for it.",
        "{0}에 스토리지클래스가 없고 클러스터에 기본 스토리지클래스도 없어 볼륨을 만들어 줄 곳이 없습니다.";
    NO_CLASS: "{0} has storageClassName \"\": no volume is made for it, and no existing PersistentVolume fits ({1}).",
        "{0}의 storageClassName이 \"\"라서 볼륨이 자동으로 만들어지지 않고, 맞는 PersistentVolume도 없습니다({1}).";
    FIRST_CONSUMER: "{0} waits for its first Pod: its StorageClass binds volumes when a Pod uses them (WaitForFirstConsumer).",
        "{0}은(는) 첫 파드를 기다립니다. 스토리지클래스가 파드가 쓸 때 볼륨을 바인딩합니다(WaitForFirstConsumer).";
    PROVISIONING: "{0} gets no volume: {1}", "{0}에 볼륨이 만들어지지 않습니다: {1}";
    VOLUME_TAKEN: "{0} names the volume {1}, which is not free ({2}).", "{0}이(가) 지정한 볼륨 {1}은(는) 비어 있지 않습니다({2}).";
    VOLUME_MISSING: "{0} names the volume {1}, and there is no such PersistentVolume.", "{0}이(가) 지정한 볼륨 {1}이(가) 없습니다.";
    NO_VOLUME_FITS: "No PersistentVolume of the class {1} fits {0}: {2}.", "{0}에 맞는 클래스 {1}의 PersistentVolume이 없습니다: {2}.";
    CLAIM_WAITS: "{0} waits for a volume, which the provisioner {2} of its StorageClass {1} makes.",
        "{0}이(가) 볼륨을 기다립니다. 볼륨은 스토리지클래스 {1}의 프로비저너 {2}이(가) 만듭니다.";
    NODE_NOT_READY: "{0} is not ready: {1}", "{0}이(가) 준비되지 않았습니다: {1}";
    QUOTA_FULL: "{0} is used up: {1}", "{0}을(를) 다 썼습니다: {1}";
    NO_DISRUPTIONS: "{0} allows no disruption now ({1} of {2} healthy Pods are needed): an eviction is refused.",
        "{0}이(가) 지금은 중단을 허용하지 않습니다(정상 파드 {2}개 중 {1}개 필요). 축출이 거부됩니다.";
    ROLE_MISSING: "{0} grants {1}, and there is no such role: it grants nothing.", "{0}이(가) 주는 {1}이(가) 없어서 아무 권한도 주지 않습니다.";
    SUBJECT_MISSING: "{0} grants to the ServiceAccount {1}, and there is none of that name and namespace.",
        "{0}의 대상 서비스어카운트 {1}이(가) 그 이름과 네임스페이스에 없습니다.";
    SCHEDULER_PASSED_BY: "{0} waits for the scheduler to choose a node (WaitForFirstConsumer), and {1} names the node {2} itself (spec.nodeName), past the scheduler.",
        "{0}은(는) 스케줄러가 노드를 고르기를 기다리는데(WaitForFirstConsumer) {1}은(는) spec.nodeName으로 노드 {2}을(를) 직접 지정해 스케줄러를 거치지 않습니다.";
    PODS_REMOVED: " backoffLimit is {0}, and with restartPolicy: OnFailure the Pod goes with its logs when it is reached: with Never it stays.",
        " backoffLimit이 {0}이고, restartPolicy가 OnFailure이면 한도에 이를 때 파드가 로그와 함께 삭제됩니다. Never이면 남습니다.";
    OLDER_JOB: " It comes from an older template (image {0}) and does not end by itself: delete {1}.",
        " 이전 템플릿(이미지 {0})에서 만들어졌고 스스로 끝나지 않습니다. {1}을(를) 삭제하세요.";
    PARTITION: "{0} updates only its members from number {1} on (updateStrategy.rollingUpdate.partition): the others keep the old version.",
        "{0}은(는) 번호가 {1} 이상인 파드만 업데이트합니다(updateStrategy.rollingUpdate.partition). 나머지는 이전 버전 그대로입니다.";
    QUOTA_SCOPES: " It counts only Pods of the scope {0}.", " 이 쿼터는 범위가 {0}인 파드만 셉니다.";
    QUOTA_OF_BEST_EFFORT: " It counts only Pods that ask for nothing (scope BestEffort): with requests or limits a Pod is none of them.",
        " 이 쿼터는 requests도 limits도 없는 파드(BestEffort 범위)만 셉니다. 둘 중 하나를 지정하면 해당하지 않습니다.";
    RECREATE_WAITS: " {0} makes its new Pods only when the old ones are gone (strategy Recreate).", " {0}은(는) 이전 파드가 모두 사라져야 새 파드를 만듭니다(전략 Recreate).";
    ENDS_ITS_RUNS: "{0} ends each run when the next one is due (concurrencyPolicy: Replace, schedule {1}), and none has been done by then: Forbid lets a run end first.",
        "{0}은(는) 다음 실행 때가 되면 앞의 실행을 끝내는데(concurrencyPolicy: Replace, 일정 {1}) 그전에 끝난 실행이 없습니다. Forbid이면 실행이 끝날 때까지 기다립니다.";
    NO_SUCH_DAY: " Month {0} never has a day {1}.", " {0}월에는 {1}일이 없습니다.";
    NO_SUCH_VERB: "{0} has a rule with the verb {1}, which is none of the API. What it means there: {2}.",
        "{0}의 규칙에 동사 {1}이(가) 있는데 API에는 그런 동사가 없습니다. API에서 해당하는 것: {2}.";
    NAMES_NOTHING: "{0} allows {2} only for objects named {1} (resourceNames), and a request to {2} names no object: put {2} into a rule of its own, without resourceNames.",
        "{0}은(는) 이름이 {1}인 오브젝트에만(resourceNames) {2}을(를) 허용하는데 {2} 요청에는 이름이 없습니다. {2}은(는) resourceNames 없이 따로 규칙에 쓰세요.";
    GROUP_APART: " The group has a field of its own: apiGroups: [{0}], resources: [{1}].", " 그룹은 따로 씁니다: apiGroups: [{0}], resources: [{1}].";
    GROUP_OF_NOBODY: "{0} grants to the group {1}, the accounts of a namespace {2}, and there is no such namespace.",
        "{0}의 대상 그룹 {1}은(는) 네임스페이스 {2}의 계정들인데 그런 네임스페이스가 없습니다.";
    NOT_SCALABLE: "{0} cannot scale {1}: that kind has no number of replicas to set.", "{0}은(는) {1}을(를) 스케일할 수 없습니다. replicas가 없는 종류입니다.";
}
