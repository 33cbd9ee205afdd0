//! `kubectl completion`: scripts for shells, which ask `__complete`.

use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::Outcome;

/// `kubectl completion`.
pub(super) static COMMAND: Command = Command {
    name: "completion",
    short: "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    usage: "SHELL [options]",
    arguments: Arguments::Words(&["bash", "zsh", "fish", "powershell"]),
    run: |call| Box::pin(script(call)),
    ..Command::PLAIN
};

const BASH: &str = r#"# bash completion for kubectl                                   -*- shell-script -*-

__start_kubectl()
{
    local cur=${COMP_WORDS[COMP_CWORD]} line directive=0
    local line_so_far=${COMP_LINE:0:COMP_POINT}
    local -a words
    read -ra words <<<"${line_so_far}"
    if [[ -z ${line_so_far} || ${line_so_far} == *' ' ]]; then
        words+=("")
    fi
    COMPREPLY=()
    # An alias stands for what it was made of; of podlings only its kubectl is completed here.
    local -a program
    read -ra program <<<"${BASH_ALIASES[${words[0]}]:-${words[0]}}"
    words=("${program[@]}" "${words[@]:1}")
    program=("${words[0]}")
    if [[ ${words[0]##*/} == podlings ]]; then
        [[ ${#words[@]} -gt 2 && ${words[1]} == kubectl ]] || return
        program+=(kubectl)
    fi
    while IFS= read -r line; do
        [[ ${line} == :* ]] && directive=${line#:}
        [[ ${line} == :* || -z ${line} ]] && continue
        line=${line%%$'\t'*}
        # Bash takes = and : for ends of words, so only what follows them is replaced.
        [[ ${cur} != "${words[-1]}" && ${line} == *=* ]] && line=${line#*=}
        COMPREPLY+=("${line}")
    done < <("${program[@]}" __complete "${words[@]:${#program[@]}}" 2>/dev/null)
    # Endings of files are no candidates themselves.
    (( directive & 8 )) && COMPREPLY=()
    if (( directive & 2 )) || [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o default -F __start_kubectl kubectl
complete -p podlings >/dev/null 2>&1 || complete -o default -F __start_kubectl podlings
"#;

const ZSH: &str = r#"#compdef kubectl
compdef _kubectl kubectl
(( ${+_comps[podlings]} )) || compdef _kubectl podlings

# zsh completion for kubectl                                    -*- shell-script -*-

_kubectl()
{
    local -a candidates
    local line directive=0
    # An alias stands for what it was made of; of podlings only its kubectl is completed here.
    local -a typed program
    typed=(${(z)${aliases[${words[1]}]:-${words[1]}}} "${(@)words[2,CURRENT]}")
    program=(${typed[1]})
    if [[ ${typed[1]:t} == podlings ]]; then
        [[ ${#typed} -gt 2 && ${typed[2]} == kubectl ]] || { _files; return }
        program+=(kubectl)
    fi
    while IFS= read -r line; do
        [[ ${line} == :* ]] && directive=${line#:}
        [[ ${line} == :* || -z ${line} ]] && continue
        candidates+=("${line%%$'\t'*}")
    done < <("${program[@]}" __complete "${(@)typed[$(( ${#program} + 1 )),-1]}" 2>/dev/null)
    (( directive & 8 )) && candidates=()
    compadd -Q -S '' -- ${(M)candidates:#*[=/:]}
    compadd -Q -- ${candidates:#*[=/:]}
    (( ${#candidates} )) || _files
}

if [ "$funcstack[1]" = "_kubectl" ]; then
    _kubectl
fi
"#;

const FISH: &str = r#"# fish completion for kubectl                                   -*- shell-script -*-

function __kubectl_perform_completion
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -l program $words[1]
    # Of podlings only its kubectl is completed here.
    if string match -qr '(^|/)podlings$' -- $program
        test "$words[2]" = kubectl; or return
        set program $words[1..2]
    end
    set -l rest $words[(math (count $program) + 1)..-1]
    set -l found ($program __complete $rest "$last" 2>/dev/null)
    string match -q ':8' -- $found[-1]; and return
    for line in $found
        string match -q ':*' -- $line; or echo $line
    end
end

complete -c kubectl -e
for command in kubectl podlings
    complete -c $command -n '__kubectl_perform_completion | count >/dev/null' -f -a '(__kubectl_perform_completion)'
end
"#;

const POWERSHELL: &str = r#"# powershell completion for kubectl                             -*- shell-script -*-

$__kubectlCompleterBlock = {
    param($WordToComplete, $CommandAst, $CursorPosition)
    $words = @($CommandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($WordToComplete -eq '') { $words += '""' }
    $found = @(& kubectl __complete @words 2>$null)
    if ($found[-1] -eq ':8') { return }
    $found |
        Where-Object { $_ -and -not $_.StartsWith(':') } |
        ForEach-Object {
            $text = $_.Split("`t")[0]
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $text)
        }
}

Register-ArgumentCompleter -CommandName 'kubectl' -ScriptBlock $__kubectlCompleterBlock
"#;

async fn script(call: &mut Call<'_>) -> Outcome {
    let shell = match call.args.as_slice() {
        [] => return Err(call.usage_error("Shell not specified.")),
        [shell] => shell.clone(),
        _ => return Err(call.usage_error("Too many arguments. Expected only the shell type.")),
    };
    call.text(match shell.as_str() {
        "bash" => BASH,
        "zsh" => ZSH,
        "fish" => FISH,
        "powershell" => POWERSHELL,
        other => return Err(call.usage_error(format!("Unsupported shell type {other:?}."))),
    })
}
