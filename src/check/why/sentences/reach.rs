//! Services, what leads to them, and what stands in the way.

sentences! {
    NO_SELECTOR: "{0} has no selector: nobody keeps its list of endpoints, so nothing is behind it.",
        "{0}에 셀렉터가 없어 엔드포인트 목록을 채워 줄 것이 없습니다. 뒤에 아무것도 없습니다.";
    SLICE_ASTRAY: " {0} belongs to a Service named {1} by its label kubernetes.io/service-name, and there is none.",
        " {0}의 레이블 kubernetes.io/service-name은 {1}인데 그런 서비스가 없습니다.";
    SLICE_OF_NOBODY: " {0} lacks the label kubernetes.io/service-name, which should be {1}: it belongs to no Service.",
        " {0}에 kubernetes.io/service-name 레이블(값 {1})이 없어 어떤 서비스에도 속하지 않습니다.";
    SLICE_PORT: "{0} has ports with the names {1}, and {2} has one with the name {3}: the names must be the same.",
        "{0}의 포트 이름은 {1}인데 {2}의 포트 이름은 {3}입니다. 이름이 같아야 합니다.";
    HEADLESS_PORT: "{0} is headless (clusterIP: None): its name leads to the Pods themselves, and nobody makes port {2} of port {1}. Ask for port {2}, or give it a clusterIP.",
        "{0}은(는) 헤드리스(clusterIP: None)라서 이름이 파드 주소로 바로 이어지고, 포트 {1}을(를) {2}(으)로 바꿔 주는 것이 없습니다. 포트 {2}(으)로 요청하거나 clusterIP를 주세요.";
    LEADS_BESIDE: " Its port {0} leads to {1} of {2} (targetPort), where {0} is the name of port {3}.",
        " 서비스의 포트 {0}은(는) {2}의 {1}(targetPort)(으)로 이어지는데, 파드에서 이름이 {0}인 포트는 {3}입니다.";
    NO_INDEX: " The server shows {0}, where there is no index.html; there is {1}.", " 서버가 보여 주는 {0}에 index.html이 없고 {1}이(가) 있습니다.";
    OTHER_ROOT: " The image {0} serves {1}; the volume is mounted at {2}.", " 이미지 {0}은(는) {1}을(를) 보여 주는데 볼륨은 {2}에 마운트되어 있습니다.";
    OTHER_VOLUME: " Nobody writes to the volume {0} at {1}: the container {2} has another one, {3}, at {4}.",
        " {1}의 볼륨 {0}에는 아무도 쓰지 않습니다. 컨테이너 {2}은(는) 다른 볼륨 {3}을(를) {4}에 마운트했습니다.";
    MOVED_TO_HTTPS: "{0} has a certificate (spec.tls), so that the controller answers a request by http with {1} and sends it on to https.",
        "{0}에 인증서(spec.tls)가 있어 컨트롤러가 http 요청에 {1}(으)로 응답하고 https로 보냅니다.";
    POLICY_WITHOUT_RULES: " The NetworkPolicy {0} selects the Pods behind service/{1} and has no ingress rule: it lets nobody in.",
        " 네트워크폴리시 {0}이(가) service/{1} 뒤의 파드를 선택하는데 ingress 규칙이 없어 아무도 들여보내지 않습니다.";
    POLICY_PORTS: " The NetworkPolicy {0} opens port {1}, and the Pods are reached on port {2}: ports of Pods count there, not those of the Service.",
        " 네트워크폴리시 {0}이(가) 여는 포트는 {1}인데 파드의 포트는 {2}입니다. 서비스가 아니라 파드의 포트를 씁니다.";
    POLICY_LABELS: " The NetworkPolicy {0} lets in Pods with {1}; {2} has {3}.", " 네트워크폴리시 {0}은(는) {1}인 파드를 들여보내는데 {2}의 레이블은 {3}입니다.";
    POLICY_NAMESPACES: " The NetworkPolicy {0} lets in namespaces with {1}, and {2} has not that label (`kubectl get namespaces --show-labels`).",
        " 네트워크폴리시 {0}은(는) {1}인 네임스페이스를 들여보내는데 {2}에는 그 레이블이 없습니다(`kubectl get namespaces --show-labels`).";
    POLICY_OWN_NAMESPACE: " The podSelector of the NetworkPolicy {0} means Pods of its own namespace {1}; those of {2} need a namespaceSelector beside it.",
        " 네트워크폴리시 {0}의 podSelector는 자기 네임스페이스 {1}의 파드만 뜻합니다. {2}의 파드에는 namespaceSelector도 필요합니다.";
    POLICY_ADDRESSES: " The NetworkPolicy {0} lets in addresses of {1}.", " 네트워크폴리시 {0}은(는) {1}의 주소만 들여보냅니다.";
    POLICY_ASKS_NOBODY: " The NetworkPolicy {0} lets questions for names out to namespaces with {1}, and kube-system, where the DNS is, has not that label.",
        " 네트워크폴리시 {0}은(는) {1}인 네임스페이스로만 이름 질의를 내보내는데 DNS가 있는 kube-system에는 그 레이블이 없습니다.";
    SELECTS_NOTHING: "The selector of {0} ({1}) matches no Pod: its list of endpoints is empty.",
        "{0}의 셀렉터({1})에 맞는 파드가 없어 엔드포인트 목록이 비어 있습니다.";
    PORT_OF_HTTPS: " `https://` asks for port 443, where no other is written.", " `https://`는 포트를 따로 쓰지 않으면 443번입니다.";
    POLICY_ALLOWS_ELSEWHERE: " The NetworkPolicy {0} selects the Pods behind service/{1} and has no ingress rule: it lets nobody in. {2} is in the namespace {3}, and a policy is for Pods of its own namespace only.",
        " 네트워크폴리시 {0}이(가) service/{1} 뒤의 파드를 선택하는데 ingress 규칙이 없어 아무도 들어갈 수 없습니다. {2}은(는) 네임스페이스 {3}에 있는데, 폴리시는 자기 네임스페이스의 파드에만 적용됩니다.";
    EXACT_ONLY: " Exact fits only that very path: with pathType: Prefix (in `kubectl create ingress`, a `*` behind the path) it fits what lies below it, too.",
        " Exact는 바로 그 경로에만 맞습니다. pathType: Prefix이면(`kubectl create ingress`에서는 경로 뒤에 `*`) 그 아래 경로에도 맞습니다.";
    NO_STARS: " A `*` in a path stands for itself: the path before it, with pathType: Prefix, fits whatever lies below.",
        " 경로의 `*`는 글자 그대로입니다. 그 앞의 경로만 쓰고 pathType을 Prefix로 하면 그 아래 경로에 모두 맞습니다.";
    PATTERN_TYPE: " A pattern needs pathType: ImplementationSpecific: Prefix and Exact take a path word for word.",
        " 정규식을 쓰려면 pathType이 ImplementationSpecific이어야 합니다. Prefix와 Exact의 경로는 글자 그대로입니다.";
    PODS_CARRY: " The labels of the Pods there: {0}.", " 그곳 파드들의 레이블: {0}.";
    PROXY_TO_ITSELF: "{0} hands requests on to {1}, and nobody listens there: localhost is the Pod itself, not the node or another Pod. The name of a Service leads to others.",
        "{0}이(가) 요청을 {1}(으)로 넘기는데 그곳에서 듣는 것이 없습니다. localhost는 노드나 다른 파드가 아니라 그 파드 자신입니다. 다른 파드에는 서비스 이름으로 보냅니다.";
    OFFERS_IT: " {0} offers port {1}.", " {1} 포트는 {0}에 있습니다.";
    SELECTOR_TYPO: "The selector of {0} asks for {1}, and {2} carries {3}: the labels must be the same, letter by letter.",
        "{0}의 셀렉터는 {1}을(를) 찾는데 {2}의 레이블은 {3}입니다. 레이블은 글자 하나까지 같아야 합니다.";
    SELECTOR_AND: "The selector of {0} asks for all of {1}; {2} lacks {3}. A Pod must carry every label of the selector, not one of them.",
        "{0}의 셀렉터는 {1}을(를) 모두 요구하는데 {2}에는 {3}이(가) 없습니다. 하나가 아니라 셀렉터의 레이블을 모두 가져야 합니다.";
    SELECTED_ELSEWHERE: "The Pods that the selector of {0} ({1}) fits are in the namespace {2}: a Service reaches only Pods of its own namespace ({3}).",
        "{0}의 셀렉터({1})에 맞는 파드는 네임스페이스 {2}에 있습니다. 서비스는 자기 네임스페이스({3})의 파드에만 연결됩니다.";
    SELECTS_TOO_MUCH: "The selector of {0} ({1}) matches Pods of several workloads ({2}): requests reach any of them.",
        "{0}의 셀렉터({1})가 여러 워크로드({2})의 파드에 맞아서 요청이 그중 아무 데나 갑니다.";
    NOBODY_READY: "{0} selects {1}, and none of them is ready: its list of endpoints holds no ready address.",
        "{0}이(가) 선택한 {1}개의 파드 중 준비된 것이 없어 쓸 수 있는 주소가 없습니다.";
    NAMED_PORT: "{0} forwards to the port named {1}, and the containers of {2} name no such port.",
        "{0}은(는) 이름이 {1}인 포트로 전달하는데 {2}의 컨테이너에 그런 이름의 포트가 없습니다.";
    PORT_NAMES: " They name {0}.", " 이름이 있는 포트: {0}.";
    TARGET_PORT: "{0} forwards to port {1} (targetPort), and the containers of {2} declare {3}: nobody listens there.",
        "{0}은(는) {1}번 포트(targetPort)로 전달하는데 {2}의 컨테이너가 선언한 포트는 {3}입니다. 그 포트에서는 아무도 듣지 않습니다.";
    PORTS_SWAPPED: "port and targetPort of {0} are swapped: port ({1}) is what clients of the Service use, targetPort ({2}) is where the container listens.",
        "{0}의 port와 targetPort가 뒤바뀌었습니다. port({1})는 서비스를 부르는 쪽이 쓰는 번호, targetPort({2})는 컨테이너가 듣는 번호입니다.";
    NO_LISTENER: "{0} forwards to port {1} of {2}, and nobody listens there: the connection is refused. Point targetPort at the port of the application.",
        "{0}이(가) {2}의 {1}번 포트로 전달하지만 그 포트에서 듣는 프로그램이 없어 연결이 거부됩니다. targetPort를 애플리케이션의 포트에 맞추세요.";
    NO_SUCH_PORT: "{0} offers no port {1}; it offers {2}.", "{0}에는 {1} 포트가 없고 {2}이(가) 있습니다.";
    NO_SUCH_PORT_TARGET: "{0} offers no port {1}: that is its targetPort. Clients use its port, {2}.",
        "{0}에는 {1} 포트가 없습니다. 그것은 targetPort이고, 부르는 쪽은 port인 {2}을(를) 씁니다.";
    PROTOCOL: "{0} offers port {1} for {2}, and the application speaks TCP.", "{0}의 {1} 포트는 {2}용인데 애플리케이션은 TCP를 씁니다.";
    POLICY_BLOCKS: "The NetworkPolicy {1} selects the Pods behind {0} and lets this traffic not through.",
        "네트워크폴리시 {1}이(가) {0} 뒤의 파드를 선택하고 이 트래픽을 막습니다.";
    NO_ANSWER_IN_TIME: "The Pods behind {0} do not answer in time.", "{0} 뒤의 파드가 제때 응답하지 않습니다.";
    DROPS_CONNECTION: "The application behind {0} ends the connection without an answer to HTTP.", "{0} 뒤의 애플리케이션이 HTTP 요청에 응답하지 않고 연결을 끊습니다.";
    BEHIND_IT: " Behind it is {0}, which its selector ({1}) matches.", " 그 뒤에는 셀렉터({1})에 맞는 {0}이(가) 있습니다.";
    OTHER_ANSWER: "{0} answers, but not as expected: HTTP {1}.", "{0}이(가) 응답하지만 기대한 응답이 아닙니다: HTTP {1}.";
    PENDING_ADDRESS: "{0} waits for an address outside (EXTERNAL-IP <pending>): nothing in this cluster hands out load balancers. `minikube tunnel` does on minikube; the Service works inside, and through its node port.",
        "{0}의 외부 주소가 아직 없습니다(EXTERNAL-IP <pending>). 이 클러스터에는 로드 밸런서를 나눠 주는 것이 없습니다. minikube에서는 `minikube tunnel`이 합니다. 클러스터 안과 노드 포트로는 동작합니다.";
    EXTERNAL_NAME: "{0} is of the type ExternalName: it is a DNS alias for {1} and has no endpoints.",
        "{0}은(는) ExternalName 유형이라 {1}의 DNS 별칭일 뿐 엔드포인트가 없습니다.";
    BACKEND_MISSING: "{0} sends to the Service {1}, and there is no such Service.", "{0}이(가) 보내는 서비스 {1}이(가) 없습니다.";
    BACKEND_PORT: "{0} sends to port {1} of the Service {2}, which offers {3}.", "{0}은(는) 서비스 {2}의 {1} 포트로 보내는데 그 서비스의 포트는 {3}입니다.";
    INGRESS_CLASS: "{0} names the IngressClass {1}, and there is no such class: no controller serves it.",
        "{0}의 인그레스클래스 {1}이(가) 없어서 어떤 컨트롤러도 처리하지 않습니다.";
    NO_INGRESS_CLASS: "{0} names no IngressClass, and there is no default one: no controller serves it.",
        "{0}에 인그레스클래스가 없고 기본 클래스도 없어서 어떤 컨트롤러도 처리하지 않습니다.";
    NO_INGRESS_CONTROLLER: "No controller serves {0}: an Ingress alone does nothing. On minikube, `minikube addons enable ingress` brings one.",
        "{0}을(를) 처리할 컨트롤러가 없습니다. 인그레스만으로는 아무 일도 일어나지 않습니다. minikube에서는 `minikube addons enable ingress`로 설치합니다.";
    NO_HOST: "No Ingress has a rule for the host {0}: the controller answers 404.", "호스트 {0}에 대한 규칙이 있는 인그레스가 없어 컨트롤러가 404로 응답합니다.";
    NO_PATH: "{0} has no rule for the path {1} of this host: the controller answers 404. Its paths: {2}.",
        "{0}에 이 호스트의 경로 {1}에 대한 규칙이 없어 컨트롤러가 404로 응답합니다. 있는 경로: {2}.";
    NO_CERTIFICATE: "{0} takes its certificate from the Secret {1}, whose type is {2} and which lacks tls.crt or tls.key: `kubectl create secret tls` makes the right one (kubernetes.io/tls).",
        "{0}의 인증서가 있어야 할 시크릿 {1}은(는) {2} 유형이고 tls.crt나 tls.key가 없습니다. `kubectl create secret tls`로 맞는 유형(kubernetes.io/tls)을 만드세요.";
    PATH_AS_IT_IS: "{0} hands the path {1} on to the Service {2} as it is, and the program behind it answers 404: it knows no such path. With ingress-nginx the annotation nginx.ingress.kubernetes.io/rewrite-target changes the path.",
        "{0}이(가) 경로 {1}을(를) 그대로 서비스 {2}에 넘기는데 그 뒤의 프로그램에 그런 경로가 없어 404로 응답합니다. ingress-nginx에서는 nginx.ingress.kubernetes.io/rewrite-target 어노테이션으로 경로를 바꿉니다.";
    TLS_SECRET: "{0} takes its certificate from the Secret {1}, and there is no such Secret.", "{0}의 인증서가 들어 있어야 할 시크릿 {1}이(가) 없습니다.";
    POLICY_SELECTS_NOTHING: "The podSelector of {0} ({1}) matches no Pod: the policy applies to nothing.",
        "{0}의 podSelector({1})에 맞는 파드가 없어 어디에도 적용되지 않습니다.";
    ALIAS_PORT: "{0} is another name for {1} (ExternalName): its ports translate nothing. Port {2} is asked for, and who bears that name offers {3}.",
        "{0}은(는) {1}의 별칭(ExternalName)이라 ports를 써도 포트가 바뀌지 않습니다. 요청한 포트는 {2}인데 그 이름의 서비스에 있는 포트는 {3}입니다.";
    POLICY_LABELS_ABOVE: " The NetworkPolicy {0} lets in Pods with {1}; {2} has {3}. {4} itself carries that, and its Pods get their labels from spec.template.metadata.labels.",
        " 네트워크폴리시 {0}은(는) {1}인 파드를 들여보내는데 {2}의 레이블은 {3}입니다. 그 레이블은 {4} 자체에만 있습니다. 파드의 레이블은 spec.template.metadata.labels에서 옵니다.";
    POLICY_PROTOCOL: " The NetworkPolicy {0} opens the port for {1}, and the Pods are asked over TCP (port {2}).",
        " 네트워크폴리시 {0}이(가) 여는 포트는 {1}용인데 파드에는 TCP로 요청합니다(포트 {2}).";
    POLICY_EXCEPT: " The NetworkPolicy {0} lets in addresses of {1} except {2}, and {3} is one of these ({4}).",
        " 네트워크폴리시 {0}은(는) {1}의 주소를 들여보내지만 {2}은(는) 제외(except)하는데, {3}의 주소({4})가 그 안에 있습니다.";
    STAR_BELOW: " {0} stands for names one label below, and not for {1} itself.", " {0}은(는) 한 단계 아래의 이름만 뜻하고 {1} 자체는 아닙니다.";
    REWRITTEN: "{0} hands whatever lies below {1} on as {2} (rewrite-target), so that {3} is never asked for: a pattern with groups, such as {1}(/|$)(.*) and /$2, keeps the rest.",
        "{0}은(는) {1} 아래의 모든 요청을 {2}(으)로 바꿔 넘깁니다(rewrite-target). 그래서 {3}을(를) 요청하지 못합니다. {1}(/|$)(.*)와 /$2처럼 그룹을 쓰면 나머지 경로가 남습니다.";
    NODE_DOOR: " {0} is the address of a node, which answers on nodePorts only: {1} has {2} there.",
        " {0}은(는) 노드의 주소이고 노드는 nodePort로만 응답합니다. {1}의 nodePort는 {2}입니다.";
    ADDRESS_OF_NOBODY: " Neither a Service nor a Pod has the address {0}: what is made anew gets another one. Ask by the name.",
        " 주소가 {0}인 서비스나 파드가 없습니다. 다시 만들면 주소가 바뀌니 이름으로 요청하세요.";
    NODE_PORT_INSIDE: " {0} is its nodePort, on which nodes answer; under its name its port is asked.",
        " {0}은(는) 노드가 응답하는 nodePort입니다. 서비스 이름으로는 port에 요청하세요.";
    BEGINS_LATER: " It asks localhost, where nobody listens yet: {0} begins only after it. A sidecar (restartPolicy: Always) listens in time if it stands before it.",
        " localhost에 요청하지만 {0}은(는) 그 뒤에야 시작하므로 아직 아무도 응답하지 않습니다. 사이드카(restartPolicy: Always)를 그 앞에 두면 먼저 시작합니다.";
    STAR_FOR_ONE: " The star of {0} stands for one part of a name only.", " {0}의 별표는 이름의 한 부분만 대신합니다.";
    WHOLE_PARTS: " A Prefix fits whole parts, from slash to slash: {0} fits what is below {0}/, and not {1}.",
        " Prefix는 슬래시로 나뉜 부분 단위로 맞습니다. {0}은(는) {0}/ 아래에 맞고 {1}에는 맞지 않습니다.";
    TAG_WITHOUT_V: " Official images seldom have a v before the number of a tag: {0}?", " 공식 이미지의 태그에는 보통 숫자 앞에 v가 없습니다. {0}이(가) 아닌지 보세요.";
    NAME_AS_LABEL: " The name of a node stands in its label {0}.", " 노드의 이름은 {0} 레이블에 있습니다.";
    BOTH_AT_ONCE: " All of one matchExpressions must be true at once, and {0} has only one value: write several into one `values`, or into terms of their own.",
        " 한 matchExpressions의 조건은 모두 맞아야 하는데 {0}의 값은 하나뿐입니다. 여러 값은 하나의 `values`에 쓰거나 항목(term)을 나누세요.";
}
