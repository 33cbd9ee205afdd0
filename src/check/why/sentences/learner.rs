//! What was done instead of what was asked.

sentences! {
    OTHER_NAMESPACE: "{0} exists, but in the namespace {1}; this step looks in the namespace {2}.",
        "{0}이(가) 있지만 네임스페이스가 {1}입니다. 이 단계에서는 네임스페이스 {2}을(를) 봅니다.";
    RIGHT_ELSEWHERE: "{0} is as it should be in the namespace {1}; this step looks in the namespace {2}. Leave `-n {1}` out.",
        "네임스페이스 {1}의 {0}은(는) 맞지만 이 단계에서는 네임스페이스 {2}을(를) 봅니다. `-n {1}` 없이 실행하세요.";
    OTHER_NAME: "There is a {0} named {1}; its name must be {2}.", "이름이 {1}인 {0}이(가) 있습니다. 이름은 {2}이어야 합니다.";
    OTHER_KIND: "There is {0}, but a {1} is asked for: another kind of object with the same name.",
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
    TEMPLATE_LABELS: "The label {1} stands on {0} itself; the Pods get theirs from spec.template.metadata.labels.",
        "레이블 {1}이(가) {0} 자체에만 있습니다. 파드의 레이블은 spec.template.metadata.labels에서 옵니다.";
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
    GONE_AGAIN: "{0} was made and is gone again: somebody deleted it, its time to live (ttlSecondsAfterFinished) was over, or its node does not exist.",
        "{0}이(가) 만들어졌다가 사라졌습니다. 누군가 삭제했거나, 보관 시간(ttlSecondsAfterFinished)이 지났거나, 지정한 노드가 없는 경우입니다.";
    NEAREST: " There is {0}: a typing error?", " {0}은(는) 있습니다. 오타가 아닌지 보세요.";
}
