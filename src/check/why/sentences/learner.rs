//! What was done instead of what was asked.

sentences! {
    OTHER_NAMESPACE: "{0} exists, but in the namespace {1}; this step looks in the namespace {2}.",
        "{0}이(가) 있지만 네임스페이스가 {1}입니다. 이 단계에서는 네임스페이스 {2}을(를) 봅니다.";
    RIGHT_ELSEWHERE: "{0} is as it should be in the namespace {1}; this step looks in the namespace {2}. Leave `-n {1}` out.",
        "네임스페이스 {1}의 {0}은(는) 맞지만 이 단계에서는 네임스페이스 {2}을(를) 봅니다. `-n {1}` 없이 실행하세요.";
    OTHER_NAME: "There is a {0} named {1}; its name must be {2}.", "이름이 {1}인 {0}이(가) 있습니다. 이름은 {2}이어야 합니다.";
    OTHER_KIND: "There is {0}, but the kind that is asked for is {1}: another kind of object with the same name.",
        "{0}은(는) 있지만 필요한 것은 {1}입니다. 이름은 같아도 종류가 다른 오브젝트입니다.";
    BARE_POD: "{0} is a Pod on its own: nobody replaces it or counts it. A {1} is asked for, which makes such Pods and keeps their number.",
        "{0}은(는) 혼자 있는 파드라 아무도 되살리거나 수를 세지 않습니다. 필요한 것은 그런 파드를 만들고 수를 유지하는 {1}입니다.";
    UNDER_OTHER_NAME: "{0} is what is asked for, under another name: {1} is wanted.", "{0}이(가) 내용은 맞지만 이름이 다릅니다. 필요한 이름은 {1}입니다.";
    TWICE: "There are {0} where {1} is enough: {2}. Delete what is too much.", "{1}개면 되는데 {0}개가 있습니다: {2}. 남는 것을 삭제하세요.";
    LABEL_VALUE: "The label {1} of {0} is {2}; {3} is asked for: look at it letter by letter.",
        "{0}의 레이블 {1}의 값은 {2}인데 {3}이어야 합니다. 글자 하나하나를 비교해 보세요.";
    LABEL_KEY: "{0} carries the label {1}; its key must be {2}.", "{0}에 레이블 {1}이(가) 있지만 키는 {2}이어야 합니다.";
    NEAR_VALUE: "{1} of {0} is {2}; {3} is asked for: a typing error?", "{0}의 {1} 값은 {2}인데 {3}이어야 합니다. 오타가 아닌지 보세요.";
    WRONG_PLACE: "{1} stands in {0} at {2}; it belongs at {3}. Look at the indentation.",
        "{0}의 {1}이(가) {2}에 있습니다. 있어야 할 곳은 {3}입니다. 들여쓰기를 확인하세요.";
    DROPPED: "The manifest of {0} has {1} at {2}, where no such field exists, so that it was dropped. It belongs at {3}.",
        "{0}의 매니페스트에서 {1}을(를) {2}에 썼는데 그런 필드가 없어 무시되었습니다. 있어야 할 곳은 {3}입니다.";
    OTHER_TAG: "{0} runs the tag {1} of the image; {2} is asked for.", "{0}의 이미지 태그는 {1}인데 {2}이어야 합니다.";
    OTHER_IMAGE: "{0} runs the image {1}; {2} is asked for.", "{0}의 이미지는 {1}인데 {2}이어야 합니다.";
    DRY_RUN: "The last command was a dry run (`--dry-run`): it shows what would happen and makes nothing.",
        "마지막 명령은 시험 실행(`--dry-run`)이라 결과만 보여 주고 아무것도 만들지 않습니다.";
    QUOTA_USED: "The quota {0} of the namespace is used up ({1}): the API server refuses to make more.",
        "네임스페이스의 쿼터 {0}을(를) 다 써서({1}) API 서버가 더 만들지 않습니다.";
    SELECTED_LABEL: "No {0} carries {1}, but {2} carries {3}.", "{1} 레이블이 있는 {0}이(가) 없고, {2}에는 {3}이(가) 있습니다.";
    CHANGED_POD: "{0} was changed, but it belongs to {1}: change the template of {1}, from which Pods are made.",
        "{0}을(를) 바꾸었지만 {1}에 속한 파드입니다. 파드를 만드는 틀인 {1}의 템플릿을 바꾸세요.";
    TEMPLATE_LABELS: "The label {0} stands on {1} itself; the Pods get theirs from spec.template.metadata.labels.",
        "레이블 {0}이(가) {1} 자체에만 있습니다. 파드의 레이블은 spec.template.metadata.labels에서 옵니다.";
    DIFFERS: "{1} of {0} is {2}; {3} is asked for.", "{0}의 {1}은(는) {2}인데 {3}이어야 합니다.";
    KEEPS_COUNT: "{0} asks for {1} replicas and keeps the number of its Pods at that; {2} are wanted. What is scaled below it is scaled back.",
        "{0}의 replicas가 {1}이라서 파드 수를 그대로 지킵니다. 필요한 것은 {2}개입니다. 그 아래 오브젝트를 스케일해도 되돌려집니다.";
    MAKES_ANEW: "{0} belongs to {1}, which makes another for each that goes: delete {1} itself.",
        "{0}은(는) {1}의 것이라 삭제해도 {1}이(가) 새로 만듭니다. {1} 자체를 삭제하세요.";
    STALE: "{0} was changed after {1} had started: what a container reads from it as environment (or by subPath) it reads once, at its start. `kubectl rollout restart` makes new Pods.",
        "{1}이(가) 시작한 뒤에 {0}이(가) 바뀌었습니다. 환경 변수나 subPath로 쓰는 값은 시작할 때 한 번만 읽습니다. `kubectl rollout restart`로 새 파드를 만드세요.";
    LINE_BREAK: "The value {1} of {0} ends with a line break or a blank, which `echo` adds: use `echo -n`, or --from-literal.",
        "{0}의 값 {1} 끝에 줄바꿈이나 공백이 있습니다. `echo`가 덧붙인 것이니 `echo -n`이나 --from-literal을 쓰세요.";
    ENCODED_TWICE: "The value {1} of {0} is encoded twice: data takes base64, stringData and --from-literal take plain text.",
        "{0}의 값 {1}이(가) 두 번 인코딩되었습니다. data에는 base64를, stringData와 --from-literal에는 평문을 씁니다.";
    MILLIBYTES: "{0} has {1} of memory: the suffix m means thousandths of a byte. Mi is meant, most likely.",
        "{0}의 메모리가 {1}입니다. 접미사 m은 1000분의 1바이트라는 뜻이니, 아마 Mi를 쓰려던 것일 겁니다.";
    OTHER_PROBE: "{0} has a {1}, and a {2} is asked for: liveness restarts a container, readiness decides whether it gets requests, startup gives it time.",
        "{0}에 {1}은(는) 있지만 필요한 것은 {2}입니다. liveness는 컨테이너를 재시작하고, readiness는 요청을 받을지 정하며, startup은 시작할 시간을 줍니다.";
    NOT_MADE: "{0} is not there, and the last command (`{1}`) did not make it: read what it answered.",
        "{0}이(가) 없습니다. 마지막 명령(`{1}`)으로도 만들어지지 않았으니 그 명령의 출력을 읽어 보세요.";
    NOT_SET: "{1} of {0} is not set; {2} is asked for.", "{0}의 {1}이(가) 지정되어 있지 않습니다. {2}이어야 합니다.";
    ANNOTATION: "{0} has {1} as an annotation, and a label is asked for: selectors read labels only.",
        "{0}에 {1}이(가) 어노테이션으로 있지만 필요한 것은 레이블입니다. 셀렉터는 레이블만 봅니다.";
    OTHER_KEY: "{0} has the key {1}; {2} is asked for: keys must be the same, letter by letter.",
        "{0}에 키 {1}이(가) 있지만 {2}이어야 합니다. 키는 글자 하나까지 같아야 합니다.";
    FILE_AS_VALUE: "{0} holds the whole file {1} as one value; {2} is to be a key of its own: --from-env-file reads a file line by line.",
        "{0}에 파일 {1} 전체가 값 하나로 들어 있습니다. {2}이(가) 따로 키여야 합니다. --from-env-file은 파일을 한 줄씩 읽습니다.";
    WRONG_CONTAINER: "{1} stands at the container {2} of {0}; it belongs to the container {3}.",
        "{0}의 {1}이(가) 컨테이너 {2}에 있습니다. 컨테이너 {3}에 있어야 합니다.";
    REFUSED: "The last command (`{0}`) was refused: {1}", "마지막 명령(`{0}`)이 거부되었습니다: {1}";
    REFUSED_TO_MAKE: "{0} is not there: the last command (`{1}`) was refused: {2}", "{0}이(가) 없습니다. 마지막 명령(`{1}`)이 거부되었습니다: {2}";
    NOT_EXPOSED: "There is no Service {0}: nothing leads requests to {1}. `kubectl expose` makes one.",
        "서비스 {0}이(가) 없어 {1}(으)로 요청이 가지 않습니다. `kubectl expose`로 만드세요.";
    PLAIN_UNDER_DATA: " `data` takes base64; plain text belongs under `stringData`.", " `data`에는 base64를 쓰고, 평문은 `stringData`에 씁니다.";
    IN_QUOTES: " Write the value in quotes: without them YAML makes a number or a truth value of it.",
        " 값을 따옴표로 감싸세요. 따옴표가 없으면 YAML이 숫자나 참/거짓 값으로 읽습니다.";
    IMMUTABLE: " This field cannot be changed later: delete the object and make it anew.", " 이 필드는 나중에 바꿀 수 없습니다. 오브젝트를 삭제하고 새로 만드세요.";
    KIND_IS_OF: " It is kind: {0} with apiVersion: {1}.", " 올바른 값은 kind: {0}, apiVersion: {1}입니다.";
    DRIFTED: "{1} of {0} is {2}, while the file that was applied last says {3}: somebody has written it since. Applying the file again brings it back.",
        "{0}의 {1}이(가) {2}입니다. 마지막으로 적용한 파일에는 {3}인데 그 뒤에 누군가 바꾸었습니다. 파일을 다시 적용하면 되돌아옵니다.";
    CLAIM_STAYS: "{0} was made for the StatefulSet {1}, and stays when that goes, so that no data is lost: delete it by itself.",
        "{0}은(는) 스테이트풀셋 {1}을(를) 위해 만들어졌고, 데이터를 잃지 않도록 그것이 삭제되어도 남습니다. 따로 삭제하세요.";
    GONE: "{0} was there and is gone: it was deleted.", "{0}이(가) 있었는데 삭제되어 없습니다.";
    GONE_AGAIN: "{0} was made and is gone again: somebody deleted it, its time to live (ttlSecondsAfterFinished) was over, or its owner (metadata.ownerReferences) or its node does not exist.",
        "{0}이(가) 만들어졌다가 사라졌습니다. 누군가 삭제했거나, 보관 시간(ttlSecondsAfterFinished)이 지났거나, 소유자(metadata.ownerReferences)나 지정한 노드가 없는 경우입니다.";
    ONE_TOO_MANY: "{0} was made and deleted again by {1}, whose selector its labels fit: it counted as one too many.",
        "{0}이(가) 만들어졌지만 {1}이(가) 다시 삭제했습니다. 레이블이 그 셀렉터에 맞아 남는 파드로 셌기 때문입니다.";
    LIST_WANTED: " `{0}` is a list: each of its items begins with a dash (`- `).", " `{0}`은(는) 목록입니다. 항목마다 앞에 대시(`- `)를 씁니다.";
    NUMBER_WANTED: " `{0}` is a number: write it without quotes and signs.", " `{0}`은(는) 숫자입니다. 따옴표나 다른 기호 없이 쓰세요.";
    TRUTH_WANTED: " `{0}` is true or false, without quotes.", " `{0}`은(는) 따옴표 없는 true 또는 false입니다.";
    TEXT_WANTED: " Values of `{0}` are texts: a text of several lines stands indented below a `|`.",
        " `{0}`의 값은 글입니다. 여러 줄이라면 `|` 아래에 들여 씁니다.";
    FIELDS_WANTED: " `{0}` has fields of its own below it: {1}.", " `{0}` 아래에는 다음 필드를 씁니다: {1}.";
    BELONGS_UNDER: " `{0}` is a field of `{1}`.", " `{0}`은(는) `{1}`의 필드입니다.";
    AMOUNT_FORM: " An amount is a number with a suffix such as m, k, M, Mi or Gi: 500m, 256Mi.",
        " 양은 숫자에 m, k, M, Mi, Gi 같은 접미사를 붙여 씁니다: 500m, 256Mi.";
    TAINT_FORM: " A taint is KEY=VALUE:EFFECT, and the effect is NoSchedule, PreferNoSchedule or NoExecute.",
        " 테인트는 KEY=VALUE:EFFECT로 쓰고, EFFECT는 NoSchedule, PreferNoSchedule, NoExecute 중 하나입니다.";
    COLON_FORM: " Behind the colon of a key (a plain `:`, no wide `：`) stands a space (`key: value`): look at that line and the one before it.",
        " 키의 콜론은 전각 `：`가 아니라 `:`이고 뒤에 공백이 있어야 합니다(`key: value`). 그 줄과 바로 앞줄을 보세요.";
    OTHER_SOURCE: "The volume {1} of {0} is an {2}, and a {3} is asked for.", "{0}의 볼륨 {1}은(는) {2}인데 {3}이어야 합니다.";
    CHANGED_SET: "The last command changed a ReplicaSet, which belongs to {0}: new Pods come from the template of {0}. Change {0} itself.",
        "마지막 명령은 {0}에 속한 레플리카셋을 바꾸었습니다. 새 파드는 {0}의 템플릿에서 만들어지니 {0}을(를) 바꾸세요.";
    IN_INIT: "{1} stands in {0} at an init container, which runs before the others and ends; it belongs under {2}.",
        "{0}의 {1}이(가) 초기화 컨테이너에 있습니다. 초기화 컨테이너는 먼저 실행되고 끝납니다. 있어야 할 곳은 {2}입니다.";
    UNCHANGED: "The last command (`{0}`) changed nothing: what it wrote is there already. Is it the right file, and saved?",
        "마지막 명령(`{0}`)으로 바뀐 것이 없습니다. 쓴 내용이 이미 그대로 있습니다. 올바른 파일인지, 저장했는지 보세요.";
    NO_CHANGE: "The last command (`{0}`) changed nothing: what it says is so already, or it names no field that there is.",
        "마지막 명령(`{0}`)으로 바뀐 것이 없습니다. 이미 그런 상태이거나, 없는 필드를 썼습니다.";
    NO_SUCH_FIELD: "The last command (`{0}`) changed nothing: there is no field `{1}`.",
        "마지막 명령(`{0}`)으로 바뀐 것이 없습니다. `{1}` 필드는 없습니다.";
    MADE_OTHERS: "The last command (`{0}`) wrote {1}, and {2} is not among them: is it in the file? Each object is a document of its own, with a line `---` between them.",
        "마지막 명령(`{0}`)이 쓴 것은 {1}뿐이고 {2}이(가) 없습니다. 파일에 들어 있나요? 오브젝트마다 문서가 하나이고 그 사이에 `---` 줄이 있어야 합니다.";
    NOT_APPLIED: "{0} was not written by `kubectl apply`, so nothing remembers the file: apply it.",
        "{0}을(를) `kubectl apply`로 쓰지 않아 파일의 내용이 기록되어 있지 않습니다. 파일을 적용(apply)하세요.";
    APPLIED_OTHERWISE: "The file that was applied last to {0} does not say so: change the file and apply it.",
        "{0}에 마지막으로 적용한 파일의 내용이 다릅니다. 파일을 고치고 다시 적용하세요.";
    PROCESS_ENDED: "The program in {0} ended, and the kubelet started its container again (restarts: {1}): the Pod is the same. Delete the Pod itself.",
        "{0} 안의 프로그램이 끝나 kubelet이 컨테이너를 다시 시작했습니다(재시작 {1}회). 파드는 그대로입니다. 파드 자체를 삭제하세요.";
    LEFT_ON_PURPOSE: "{0} is still there: `--cascade=orphan` deletes the owner and leaves what it made.",
        "{0}이(가) 그대로 있습니다. `--cascade=orphan`은 소유자만 삭제하고 만들어진 것은 남깁니다.";
    REPLACED: "The last command (`{0}`) deleted {1} and made it anew: `replace --force` does both.",
        "마지막 명령(`{0}`)이 {1}을(를) 삭제하고 다시 만들었습니다. `replace --force`는 둘 다 합니다.";
    LET_GO: "{0} is still there: its labels do not fit the selector of {1} any more, which let it go and made another. Delete it.",
        "{0}이(가) 그대로 있습니다. 레이블이 {1}의 셀렉터에 더는 맞지 않아 {1}이(가) 놓아주고 다른 파드를 만들었습니다. 삭제하세요.";
    OF_NOBODY: "{0} belongs to nobody and goes with nothing else: delete it by itself.",
        "{0}은(는) 소유자가 없어 다른 것과 함께 사라지지 않습니다. 따로 삭제하세요.";
    MADE_BY_HAND: " {0} is nobody's: it was made by hand.", " {0}은(는) 소유자 없이 따로 만들어진 것입니다.";
    PROGRAM_FAILED: "The last command (`{0}`) ended with an error: {1}", "마지막 명령(`{0}`)이 오류로 끝났습니다: {1}";
    GOES_FIRST: "{0} takes its old Pods away before new ones are ready ({1}): while the new ones fail, nobody serves. Its strategy should let the old ones stay.",
        "{0}은(는) 새 파드가 준비되기 전에 이전 파드를 없앱니다({1}). 새 파드가 실패하는 동안 아무도 응답하지 않습니다. 이전 파드가 남는 전략이어야 합니다.";
    NOT_BEHIND: "{1} is not behind {0}: the selector of {0} asks for all of {2}, and the Pod lacks {3}.",
        "{1}은(는) {0} 뒤에 없습니다. {0}의 셀렉터는 {2}을(를) 모두 요구하는데 이 파드에는 {3}이(가) 없습니다.";
    FORGETS: "{0} keeps no Jobs that are done ({1}: 0): each is removed as soon as it has ended.",
        "{0}이(가) 끝난 잡을 남기지 않습니다({1}: 0). 잡이 끝나면 바로 삭제됩니다.";
    HISTORY_CUT: " {0} keeps only {1} old revisions (revisionHistoryLimit): the others are forgotten.",
        " {0}은(는) 이전 리비전을 {1}개만 남깁니다(revisionHistoryLimit). 나머지는 사라졌습니다.";
    CONFLICT: " Another command wrote the field before: `--force-conflicts` takes it over.",
        " 이 필드는 다른 명령이 먼저 썼습니다. `--force-conflicts`를 붙이면 넘겨받습니다.";
    NO_SUCH_PATH: " {1} has nothing at {0}: a JSON patch replaces and removes only what is there.",
        " {1}에는 {0}이(가) 없습니다. JSON 패치의 replace와 remove는 있는 것에만 쓸 수 있습니다.";
    IS_THERE: " Change the one that is there, or delete it first.", " 이미 있는 것을 바꾸거나 먼저 삭제하세요.";
    NOT_SCALED: " It has no number of replicas: scale what makes the Pods, such as a Deployment.", " replicas가 없는 종류입니다. 디플로이먼트(Deployment)처럼 파드를 만드는 오브젝트를 스케일하세요.";
    CREATE_NAMES: " Only `kubectl create -f` makes a name up.", " 이름을 지어 주는 것은 `kubectl create -f`뿐입니다.";
    NO_EXPANSION: " A claim grows only where its class has allowVolumeExpansion: true.",
        " 클래스에 allowVolumeExpansion: true가 있어야 클레임을 늘릴 수 있습니다.";
    PLAIN_SELECTOR: " The selector of a Service is a plain map of labels, without matchLabels.",
        " 서비스의 셀렉터에는 matchLabels 없이 레이블을 바로 씁니다.";
    RULE_READS: "{0} has {1}, which is not yet what is asked for.", "{0}의 {1}이(가) 아직 요구한 것과 다릅니다.";
    WARNED: "The last command (`{0}`) was taken with a warning: {1}", "마지막 명령(`{0}`)이 경고와 함께 실행되었습니다: {1}";
    AS_ARGUMENTS: "{0} has {1} as args, the arguments of the image's own program, and they are asked for as its command: `kubectl run` takes `--command` for that.",
        "{0}에 {1}이(가) 이미지의 원래 프로그램에 넘기는 인자(args)로 들어 있지만 command이어야 합니다. `kubectl run`에는 `--command`를 붙이세요.";
    PREEMPTED: "{0} had to make room for {1}, whose priority is higher (PriorityClass {2}): the scheduler preempted it.",
        "우선순위가 더 높은(PriorityClass {2}) {1}에 자리를 내주느라 {0}이(가) 축출되었습니다(선점).";
    SUBRESOURCE: " A part of a resource is written behind it: `{0}`.", " 리소스의 일부는 리소스 뒤에 붙여 `{0}`처럼 씁니다.";
    OUTSIDE_TYPES: " Such are the types NodePort and LoadBalancer.", " 외부에서 접근하는 유형은 NodePort와 LoadBalancer입니다.";
    THREE_DASHES: " Documents are separated by a line of exactly three dashes, `---`.", " 문서 사이는 대시 세 개만 있는 `---` 줄로 나눕니다.";
    DRIVEN_AWAY: "{0} was driven away by a taint of its node ({1}): it does not tolerate it, or only for its tolerationSeconds.",
        "{0}은(는) 노드의 테인트({1}) 때문에 쫓겨났습니다. 톨러레이션이 없거나 tolerationSeconds만큼만 견딥니다.";
    ONLY_SHOWN: "{0} is not there: `{1}` was a dry run, which only shows what it would make.",
        "{0}이(가) 없습니다. `{1}`은(는) 시험 실행이라 무엇을 만들지 보여 주기만 했습니다.";
    OTHER_KIND_SAYS: "{0} says so, and a {1} is asked for.", "{0}의 내용이 그러하지만 필요한 것은 {1}입니다.";
    ONE_THAT_IS: "{0} is as it must not be: {1}.", "{0}이(가) 이러면 안 되는 상태입니다: {1}.";
    BREAKS_RULE: "{0} is the one of which that is not true.", "조건에 맞지 않는 것은 {0}입니다.";
    NOT_THERE: "{0} is not there, in the namespace {1} or elsewhere: no command so far has made it.",
        "{0}이(가) 네임스페이스 {1}에도 다른 곳에도 없습니다. 지금까지의 명령으로는 만들어지지 않았습니다.";
    PATCH_LIST: " A JSON patch is a list of operations: put brackets around it.", " JSON 패치는 작업의 목록입니다. 대괄호로 감싸세요.";
    JSON_NAMES: " What begins with a brace is JSON, in which names stand in double quotes: put the whole patch in single quotes, so that the shell leaves them there.",
        " 중괄호로 시작하면 JSON이므로 이름을 큰따옴표로 씁니다. 셸이 따옴표를 없애지 않도록 패치 전체를 작은따옴표로 감싸세요.";
    JSON_COMMA: " In JSON no comma stands before a closing brace.", " JSON에서는 닫는 중괄호 앞에 쉼표를 쓰지 않습니다.";
    WITH_K: " A kustomization is no object: apply its folder with `-k` instead of `-f`.", " kustomization은 오브젝트가 아닙니다. `-f` 대신 `-k`로 그 폴더를 적용하세요.";
    DOLLAR_EATEN: "The value {1} of {0} is only `{2}`: in double quotes the shell puts in a variable where a dollar stands. Write it in single quotes.",
        "{0}의 값 {1}이(가) `{2}`뿐입니다. 큰따옴표 안에서는 셸이 $를 변수로 봅니다. 작은따옴표로 감싸세요.";
    QUOTES_INSIDE: "The value {1} of {0} is {2}, with its quotes: in an env file they are part of the value.",
        "{0}의 값 {1}이(가) 따옴표까지 포함한 {2}입니다. env 파일에서는 따옴표도 값의 일부입니다(quotes).";
    ONE_LITERAL: "{0} holds `{2}` as the one value of {1}; {3} is to be a key of its own: each takes a --from-literal.",
        "{0}에 `{2}` 전체가 {1}의 값으로 들어 있습니다. {3}은(는) 따로 키여야 하니 --from-literal을 하나씩 쓰세요.";
    PLAIN_VARIABLE: "The variable {1} of {0} has its value written out ({2}); it is to come from elsewhere (valueFrom).",
        "{0}의 변수 {1}에 값({2})이 직접 적혀 있습니다. 다른 곳에서 가져와야 합니다(valueFrom).";
    NEAREST: " There is {0}: a typing error?", " {0}은(는) 있습니다. 오타가 아닌지 보세요.";
    FILE_SAYS_SO: " So the file says that was applied last (`{0}`): change it there, and apply it.", " 마지막으로 적용한 파일(`{0}`)에 그렇게 적혀 있습니다. 파일을 고치고 다시 적용하세요.";
    REPLACED_WHOLE: " `kubectl replace` writes the whole object as its file has it: what the file leaves out goes back to its default.",
        " `kubectl replace`는 파일의 내용으로 오브젝트 전체를 다시 씁니다. 파일에 없는 것은 기본값으로 돌아갑니다.";
    TAKEN_OUT: "{1} of {0} is not set, though the file that was applied last says {2}: an entry that stands twice and is written once goes out whole with `kubectl apply`. Apply the file again.",
        "{0}의 {1}이(가) 지정되어 있지 않은데 마지막으로 적용한 파일에는 {2}이(가) 있습니다. 두 번 적혀 있던 항목을 하나로 줄이면 `kubectl apply`가 모두 지웁니다. 파일을 다시 적용하세요.";
    OLDER_CLAIM: "{0} is from before {1} was made or changed, and has {2}; the template says {3} now: a StatefulSet never changes a claim that is there. Delete the claim with its data, or change it by itself.",
        "{0}은(는) {1}을(를) 만들거나 바꾸기 전의 것이라 {2}입니다. 지금 템플릿은 {3}이지만 스테이트풀셋은 이미 있는 클레임을 바꾸지 않습니다. 데이터와 함께 클레임을 삭제하거나 따로 바꾸세요.";
    PLAIN_COUNTS: "The value {1} of {0} stands under `data` and under `stringData`, and what is under stringData counts.",
        "{0}의 값 {1}이(가) `data`와 `stringData`에 모두 있습니다. 그러면 stringData의 값이 쓰입니다.";
    FOUND_NOTHING: "The last command (`{0}`) found nothing to act on.", "마지막 명령(`{0}`)에 해당하는 것이 없어 아무것도 하지 않았습니다.";
    NEAR_LABEL: " It asks for {0}; {1} carries {2}.", " 찾은 레이블은 {0}인데 {1}의 레이블은 {2}입니다.";
    WRITTEN_BESIDE: "What the last command (`{0}`) wrote is in the container {1}, and {2} answers: each container has files of its own, unless they share a volume. `-c {2}` names the right one.",
        "마지막 명령(`{0}`)은 컨테이너 {1}에 썼는데 응답하는 것은 {2}입니다. 볼륨을 함께 쓰지 않으면 파일은 컨테이너마다 따로입니다. `-c {2}`로 지정하세요.";
    WRITTEN_ELSEWHERE: "The last command (`{0}`) wrote {1}, and the container {2} shows what is below {3}.", "마지막 명령(`{0}`)은 {1}에 썼는데 컨테이너 {2}이(가) 보여 주는 것은 {3} 아래의 파일입니다.";
    REMOVED_ITSELF: "{0} was made and is gone again: with `--rm`, `kubectl run` deletes it as soon as its program has ended. Leave `--rm` out.",
        "{0}이(가) 만들어졌다가 사라졌습니다. `kubectl run`에 `--rm`을 붙이면 프로그램이 끝나자마자 삭제됩니다. `--rm`을 빼세요.";
    NAMES_CHANGED: " A kustomization changes names by namePrefix and nameSuffix.", " kustomization의 namePrefix와 nameSuffix는 이름을 바꿉니다.";
    NAMED_NOWHERE: " It has no {0}.", " {0}이(가) 없습니다.";
    OF_CONTAINER: " It is the container {0}.", " 컨테이너 {0}의 이미지입니다.";
    ITS_CONTAINERS: " Its containers: {0}.", " 있는 컨테이너: {0}.";
    NO_KEY_HERE: " A key stands where none can: look at that line and the one before it, for an indentation that is too deep or a colon without a space behind it (`key: value`, with a plain `:` and no wide `：`).",
        " 키가 올 수 없는 자리에 키가 있습니다. 그 줄과 바로 앞줄에서 들여쓰기가 너무 깊거나 콜론 뒤에 공백이 없지 않은지 보세요(전각 `：`가 아니라 `key: value`).";
}
