//! How a command line or a manifest is written that was not taken.

sentences! {
    SPELT_AS: " It is written {0}.", " {0}(으)로 써야 합니다.";
    VARIABLE_FORM: " A variable is one word, NAME=VALUE, behind `--env`.", " 변수는 `--env` 뒤에 NAME=VALUE처럼 한 단어로 씁니다.";
    FILE_FLAG: " A file is named behind `-f`: `-f {0}`.", " 파일은 `-f` 뒤에 씁니다: `-f {0}`.";
    TAINT_GOES: " A dash behind it removes a taint (`{0}`); `--overwrite` gives it another value.",
        " 테인트는 끝에 대시를 붙여 제거합니다(`{0}`). 값을 바꾸려면 `--overwrite`를 씁니다.";
    NAME_BEHIND_KIND: " Behind the kind stands the name of the object, and then what is to change: `{0} NAME …`.",
        " 종류 뒤에 오브젝트의 이름을 쓰고 그다음에 바꿀 내용을 씁니다: `{0} NAME …`.";
    RUN_MAKES_PODS: " `kubectl create` makes no Pod without a file: `kubectl run` does.", " `kubectl create`로는 파일 없이 파드를 만들 수 없습니다. `kubectl run`을 쓰세요.";
    NO_GENERATOR: " `kubectl create` makes a {0} from a file only: write a manifest and apply it.",
        " `kubectl create`로는 파일 없이 {0}을(를) 만들 수 없습니다. 매니페스트를 써서 적용하세요.";
    TYPE_FIRST: " Between `{0}` and the name stands a type: {1}.", " `{0}`와(과) 이름 사이에 유형을 씁니다: {1}.";
    SCHEDULE_QUOTES: " The shell put file names in place of `*`: write the schedule in quotes.",
        " 셸이 `*`를 파일 이름으로 바꾸었습니다. 일정을 따옴표(quotes)로 감싸세요.";
    COMMAND_BEHIND: " What the container is to run stands behind ` -- `: `-- {0}`.", " 컨테이너가 실행할 것은 ` -- ` 뒤에 씁니다: `-- {0}`.";
    WORD_ALONE: " `{0}` was taken for a name of its own: a value stands in one word with its flag (`--from-literal=KEY=VALUE`), and in quotes where it holds blanks.",
        " `{0}`이(가) 따로 이름으로 읽혔습니다. 값은 플래그와 한 단어로 쓰고(`--from-literal=KEY=VALUE`), 공백이 있으면 따옴표(quotes)로 감싸세요.";
    TAKEN_APART: " The shell took the line apart and read `{0}` as a command of its own: what follows `sh -c` stands in quotes.",
        " 셸이 줄을 나누어 `{0}`을(를) 별개의 명령으로 읽었습니다. `sh -c` 뒤의 내용을 따옴표(quotes)로 감싸세요.";
    OPERATORS: " Operators are In, NotIn, Exists, DoesNotExist and, for nodes, Gt and Lt, in just these letters.",
        " 연산자는 In, NotIn, Exists, DoesNotExist이고 노드에는 Gt와 Lt도 있습니다. 대소문자까지 같아야 합니다.";
    VOLUME_TYPE: " It must say where its files are, such as in hostPath, nfs or csi.", " hostPath, nfs, csi처럼 파일이 어디에 있는지 지정해야 합니다.";
    STRATEGY_REST: " The settings of the strategy before must go as well: leave `rollingUpdate` out, or set it to null in a patch.",
        " 이전 전략의 설정도 없애야 합니다. `rollingUpdate`를 빼거나 패치에서 null로 지정하세요.";
    TOP_KEYS: " At the top of each document stand `apiVersion:` and `kind:`, in just these letters.",
        " 문서마다 맨 위에 `apiVersion:`과 `kind:`를 대소문자까지 그대로 써야 합니다.";
    EDIT_INVALID: " What was saved was not valid, so that nothing changed: why stands at the top of the file that the editor opens again.",
        " 저장한 내용이 올바르지 않아 아무것도 바뀌지 않았습니다. 이유는 다시 열린 편집기의 파일 맨 위에 있습니다.";
    MERGE_KEY: " Each item of a list in such a patch needs its `{0}`: by that the one to change is found.",
        " 이런 패치에서는 목록의 항목마다 `{0}`을(를) 써야 합니다. 그것으로 바꿀 항목을 찾습니다.";
    PORT_WITHOUT_QUOTES: " In quotes it is the name of a port: write the number without them, {0}.", " 따옴표로 감싸면 포트의 이름이 됩니다. 숫자는 따옴표 없이 {0}(으)로 쓰세요.";
    OWNED_POD: " It belongs to {0}: change the template of {0}, from which its Pods are made.", " {0}에 속한 파드입니다. 파드를 만드는 틀인 {0}의 템플릿을 바꾸세요.";
    AT_THE_TOP: " `{0}` stands at the top of the document, beside `metadata`.", " `{0}`은(는) 문서의 맨 위, `metadata`와 나란히 씁니다.";
    NOT_A_FIELD: " A {1} has no `{0}` anywhere: leave it out.", " {1}에는 `{0}` 필드가 없습니다. 빼세요.";
    BECAME: " In this version it is {0}.", " 이 버전에서는 {0}입니다.";
    MAP_WANTED: " `{0}` is a map: lines of `KEY: VALUE` without dashes.", " `{0}`은(는) 맵입니다. 대시 없이 `KEY: VALUE` 줄로 씁니다.";
    OVER_TCP: " Ports know the protocols of transport only; HTTP goes over TCP.", " 포트의 프로토콜은 전송 프로토콜입니다. HTTP에는 TCP를 씁니다.";
    LIST_PLACE: " {0} is a list, whose items are counted from 0: `{1}`.", " {0}은(는) 목록이라 항목을 0부터 번호로 씁니다: `{1}`.";
    SKIPPED: "The last command (`{0}`) changed nothing: revision {1} is the one that runs already. `kubectl rollout history` lists the others.",
        "마지막 명령(`{0}`)으로 바뀐 것이 없습니다. 리비전(revision {1})이 이미 실행 중인 것입니다. 다른 리비전은 `kubectl rollout history`로 볼 수 있습니다.";
    EDIT_CANCELLED: "The last command (`{0}`) changed nothing: the editor was left without a change that was saved.",
        "마지막 명령(`{0}`)으로 바뀐 것이 없습니다. 편집기에서 저장된 변경이 없었습니다.";
    UNDONE_TWICE: "{0} was undone {1} times: each `kubectl rollout undo` goes back to the revision before the last one, so that the second brings back what the first had left. `--to-revision` names the one that is meant.",
        "{0}을(를) {1}번 되돌렸습니다. `kubectl rollout undo`는 매번 바로 앞 리비전으로 돌아가므로 두 번째는 첫 번째로 떠난 것을 되살립니다. `--to-revision`으로 원하는 리비전을 지정하세요.";
    CHANGED_OTHER: "The last command (`{0}`) changed {1}, and {2} is the one that is asked for.", "마지막 명령(`{0}`)은 {1}을(를) 바꾸었는데 바꿔야 할 것은 {2}입니다.";
    ANNOTATION_KEY: "{0} carries the annotation {1}; its key must be {2}.", "{0}에 어노테이션 {1}이(가) 있지만 키는 {2}이어야 합니다.";
    ASKS_NUMBER: "{0} has {1}: {2}, and {3} is wanted: it stays at what its spec says.", "{0}의 {1}은(는) {2}인데 필요한 것은 {3}입니다. spec에 적힌 값 그대로 유지됩니다.";
    WRITTEN_BY_HAND: "What was written into a container (`{0}`) is gone with it: the Pod was replaced since. What is to last belongs into the image or into a volume, not behind `kubectl exec`.",
        "컨테이너 안에 쓴 것(`{0}`)은 그 뒤에 파드가 교체되어(replaced) 사라졌습니다. 남아야 하는 것은 `kubectl exec`로 쓰지 말고 이미지나 볼륨에 두세요.";
    FROM_TEMPLATE: " It comes from the template of {0}: what stands at spec.template.{1} there comes to each of its Pods, also to later ones.",
        " {0}의 템플릿에서 만들어진 파드입니다. 그곳의 spec.template.{1}에 쓰면 나중에 생기는 파드에도 들어갑니다.";
    NOT_ENCODED: "The value {1} of {0} stands there plain: `data` takes base64, and so it was decoded to something else. Plain text belongs under `stringData`.",
        "{0}의 값 {1}을(를) 평문 그대로 썼습니다. `data`의 값은 base64로 읽으므로 다른 값이 됩니다. 평문은 `stringData`에 쓰세요.";
    ONE_VARIABLE: "{0} has `{2}` as the one value of the variable {1}; {3} is to be a variable of its own: each takes an `--env`.",
        "{0}에 `{2}` 전체가 변수 {1}의 값으로 들어 있습니다. {3}은(는) 따로 변수여야 하니 `--env`를 하나씩 쓰세요.";
    PEERS_APART: " Its podSelector and namespaceSelector stand behind a dash each: these are two peers, and either is enough. Without the second dash they are one, of which both must be true.",
        " podSelector와 namespaceSelector 앞에 대시가 각각 있어 상대가 둘이고, 하나만 맞아도 됩니다. 두 번째 대시를 빼면 둘 다 맞아야 하는 하나가 됩니다.";
    ODD_DASH: " `{0}` begins with another dash than the keyboard's, as text programs make it: `{1}`.", " `{0}`의 앞 글자는 문서 편집기가 바꾼 다른 줄표입니다. `{1}`처럼 하이픈을 쓰세요.";
    ODD_QUOTES: " `{0}` is a quotation mark of text programs and part of the word: the shell takes only plain ones (' and \").",
        " `{0}`은(는) 문서 편집기의 따옴표라서 단어의 일부가 됩니다. 셸은 일반 따옴표(' 또는 \")만 알아봅니다.";
    ODD_BLANKS: " The key has blanks in it that are no plain ones, such as web pages have: write the blanks before it anew.",
        " 키에 일반 공백이 아닌 공백이 들어 있습니다. 웹 페이지에서 복사하면 그렇게 됩니다. 앞의 공백을 다시 입력하세요.";
    QUOTA_COUNTS: " It counts what is there already: {0}.", " 이미 있는 것도 셉니다: {0}.";
    FLAG_OF_OTHERS: " This command has no such flag; what does it: {0}.", " 이 명령에는 그런 플래그가 없습니다. 대신 쓸 것: {0}.";
    NO_BLANKS: " No blanks stand around the equals sign: `{0}`.", " 등호 앞뒤에는 공백을 쓰지 않습니다: `{0}`.";
    PORTS_JOINED: " Such a patch finds the port to change by its `port`: another number adds a second one (merge), and of two each needs a name. A JSON patch (`--type=json`, /spec/ports/0/port) or `kubectl edit` changes the one that is there.",
        " 이런 패치는 `port` 값으로 바꿀 항목을 찾습니다. 다른 번호를 쓰면 두 번째 항목이 추가되고(merge), 둘이면 각각 이름이 필요합니다. 있는 것을 바꾸려면 JSON 패치(`--type=json`, /spec/ports/0/port)나 `kubectl edit`을 쓰세요.";
    ACCOUNT_FORM: " An account is named with its namespace: `--serviceaccount=NAMESPACE:NAME`.", " 계정은 네임스페이스와 함께 씁니다: `--serviceaccount=NAMESPACE:NAME`.";
    CLASS_TWICE: " The class stands there twice: leave the annotation out, spec.ingressClassName is enough.", " 클래스를 두 번 지정했습니다. 어노테이션은 빼고 spec.ingressClassName만 쓰세요.";
    MIXED_FORMS: " Either `KIND NAME` or `KIND/NAME` throughout one command: deployment/web service/web.", " 한 명령에서는 `KIND NAME`과 `KIND/NAME` 중 한 가지만 씁니다: deployment/web service/web.";
    KEY_TWICE: " A key stands only once in a map, and this one stands twice: join what is below both.", " 키는 맵에 한 번만 쓸 수 있는데 두 번 있습니다. 아래 내용을 하나로 합치세요.";
    OCTAL: " Modes are octal, and a nought before the number says so: {0}.", " 권한은 8진수이고 숫자 앞에 0을 붙여 나타냅니다: {0}.";
    UNDER_NUMBER: " A number stands under `number`, and `name` is for the name of a port: `number: {0}`.", " 숫자는 `number`에 씁니다. `name`은 포트의 이름입니다: `number: {0}`.";
    OF_KUSTOMIZATION: " A kustomization takes only what stands under its `resources`.", " kustomization은 `resources`에 적힌 것만 적용합니다.";
    NOT_DEEPER: " Of a folder only its own files are read, not those of folders in it, unless with `-R`.", " 폴더를 지정하면 그 안의 파일만 읽고, 하위 폴더까지 읽으려면 `-R`을 붙여야 합니다.";
    OLDER_COPY: " The file carries the resourceVersion of an older state: take that line out, or fetch the object anew.",
        " 파일에 이전 상태의 resourceVersion이 들어 있습니다. 그 줄을 지우거나 오브젝트를 다시 받아 오세요.";
    REPLACES_ONLY: " `replace` changes only what is there: `kubectl apply -f` makes it as well.",
        " `replace`는 이미 있는 것만 바꿉니다. `kubectl apply -f`는 없으면 만들기도 합니다.";
    ONE_A_NODE: " A DaemonSet has no number of replicas: it keeps one Pod on each node that fits.",
        " 데몬셋에는 replicas가 없습니다. 맞는 노드마다 파드를 하나씩 둡니다.";
    JOB_NUMBERS: " A Job has no replicas: spec.parallelism says how many of its Pods run at once, spec.completions how many must succeed.",
        " 잡에는 replicas가 없습니다. 동시에 실행할 파드 수는 spec.parallelism, 성공해야 하는 수는 spec.completions입니다.";
    SERVICE_RANGE: " Services have their addresses from a range of the cluster's own: leave clusterIP out, and one is chosen.",
        " 서비스의 주소는 클러스터가 정한 범위 안에 있어야 합니다. clusterIP를 빼면 알아서 골라 줍니다.";
    ONE_HANDLER: " A probe asks in exactly one way: httpGet, tcpSocket, exec or grpc.", " 프로브에는 httpGet, tcpSocket, exec, grpc 중 정확히 하나를 씁니다.";
    PLAIN_ALREADY: " The `data` of a ConfigMap is plain text already: `stringData` is a field of Secrets.",
        " 컨피그맵은 `data`에 평문을 그대로 씁니다. `stringData`는 시크릿의 필드입니다.";
    GIVEN_TWICE: " The command gives this key twice, and a key has one value.", " 명령에 같은 키가 두 번 있습니다. 키 하나의 값은 하나입니다.";
    NO_GROUP: " An account belongs to the group without a name: leave it out.", " 서비스어카운트는 이름이 없는 그룹에 속합니다. apiGroup을 빼세요.";
    HOST_ALONE: " A host is the name alone, without protocol, port and path: {0}.", " 호스트에는 프로토콜, 포트, 경로 없이 이름만 씁니다: {0}.";
    ONE_ADDRESS: " A single address is written as a network, too: {0}.", " 주소 하나도 네트워크로 씁니다: {0}.";
    PEER_APART: " Addresses and Pods are peers of their own: each begins with a dash.", " 주소와 파드는 서로 다른 상대입니다. 각각 앞에 대시를 붙여 따로 쓰세요.";
    LABEL_BLANK: " A label has no blanks: what people are to read belongs into an annotation.", " 레이블 값에는 공백을 쓸 수 없습니다. 사람이 읽을 글은 어노테이션에 쓰세요.";
    SELECTOR_CUT: " The selector ends at the blank: `{0}` is written without one.", " 셀렉터가 공백에서 끊겼습니다. `{0}`처럼 공백 없이 쓰세요.";
    AT_DIGEST: " Behind an @ stands a digest (sha256:…), and a tag behind a colon: {0}.", " @ 뒤에는 다이제스트(sha256:…)를 쓰고, 태그는 콜론 뒤에 씁니다: {0}.";
    TOPOLOGY_KEY: " topologyKey names the label of nodes that says what is near: kubernetes.io/hostname means the same node.",
        " topologyKey는 무엇이 가까운지 정하는 노드 레이블입니다. kubernetes.io/hostname이면 같은 노드입니다.";
    SCHEDULE_FIELDS: " The first of the five is the minute: a schedule has no seconds.", " 다섯 필드의 첫째는 분입니다. 일정에 초는 없습니다.";
    CHANGED_SINCE: "The file {0} was changed after it had been applied: `kubectl apply -f {0}` brings the change to the cluster.",
        "파일 {0}을(를) 적용한 뒤에 고쳤습니다. `kubectl apply -f {0}`을(를) 실행해야 클러스터에 반영됩니다.";
    DIFF_ONLY: "The last command (`{0}`) only shows the difference: `kubectl apply` makes the change.",
        "마지막 명령(`{0}`)은 차이를 보여 주기만 합니다. 바꾸려면 `kubectl apply`를 쓰세요.";
    LEFT_OVER: "{0} still has {1}, which is not in the file: `kubectl apply` takes away only what an applied file had before.",
        "{0}에 파일에 없는 {1}이(가) 남아 있습니다. `kubectl apply`는 앞서 적용한 파일에 있던 것만 지웁니다.";
    LEFT_BY_UNDO: " `kubectl rollout undo` brought it back, and `apply` does not know of that.", " `kubectl rollout undo`로 되돌아온 것이라 `apply`는 알지 못합니다.";
    UNSET: " `kubectl set env {0} {1}-` takes it away.", " `kubectl set env {0} {1}-`로 지우세요.";
    BEGUN_BEFORE: "{0} was begun by {1} before that was changed: the template counts for Jobs that begin afterwards.",
        "{0}은(는) {1}을(를) 바꾸기 전에 시작되었습니다. 템플릿은 그 뒤에 시작하는 잡에만 적용됩니다.";
    FOLDER_FILES: "{0} has no {1}: `--from-file` of a folder takes its own files, not those of folders in it. Its keys: {2}.",
        "{0}에 {1}이(가) 없습니다. `--from-file`에 폴더를 주면 그 폴더의 파일만 들어가고 하위 폴더의 파일은 들어가지 않습니다. 있는 키: {2}.";
    LINES_AS_KEYS: "{0} has the lines of {1} as keys of their own, and the file is wanted whole: `--from-file` keeps it so, `--from-env-file` does not.",
        "{0}에 {1}의 줄이 각각 키로 들어 있지만 파일 전체가 값 하나여야 합니다. `--from-env-file` 말고 `--from-file`을 쓰세요.";
    DEFAULT_LATER: " {0} gives it to new Pods only, and this one is older: make it anew.", " {0}은(는) 새 파드에만 적용되는데 이 파드는 그전부터 있었습니다. 파드를 다시 만드세요.";
    RULES_APART: " Its from (or to) and its ports stand behind a dash each: these are two rules, and either is enough. Without the second dash they are one, of which both must be true.",
        " 상대(from, to)와 포트(ports) 앞에 대시가 각각 있어 규칙이 둘이고, 하나만 맞아도 됩니다. 두 번째 대시를 빼면 둘 다 맞아야 하는 하나가 됩니다.";
    LITERAL_PATH: "{0} mounts a subPath {1}, which is taken as it stands: variables are put in by subPathExpr.",
        "{0}의 subPath {1}은(는) 적힌 그대로 쓰입니다. 변수를 넣으려면 subPathExpr을 쓰세요.";
}
