import type { Shell } from './shells.js';

/*
 * Each shell asks `moekit complete SHELL LINE`, which answers with lines of a value and what it means, or with `:files` or
 * `:folders` where the shell completes paths itself. The scripts are our own: those of @bomb.sh/tab (0.0.22) need the
 * package bash-completion, evaluate what is typed, and complete no files; omelette and tabtab know no values of options.
 */

const bash = `# moekit completes in bash. Put this line into ~/.bashrc:
#   source <(moekit completion bash)
_moekit() {
  local value meaning
  COMPREPLY=()
  while IFS=$'\\t' read -r value meaning; do
    case "$value" in
      :files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
        ;;
      :folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")
        ;;
      *)
        COMPREPLY+=("$value")
        case "$value" in *=) compopt -o nospace 2>/dev/null ;; esac
        ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _moekit moekit
`;

const zsh = `#compdef moekit
# moekit completes in zsh. Put this line into ~/.zshrc, after compinit:
#   source <(moekit completion zsh)
_moekit() {
  local -a values
  local value meaning paths=''
  while IFS=$'\\t' read -r value meaning; do
    case "$value" in
      :files) paths=files ;;
      :folders) paths=folders ;;
      *) values+=("\${value//:/\\\\:}:$meaning") ;;
    esac
  done < <("\${words[1]}" complete zsh "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)
  (( \${#values} )) && _describe -V moekit values
  [[ $paths == files ]] && _files
  [[ $paths == folders ]] && _files -/
  return 0
}
compdef _moekit moekit
`;

const fishHead = `# moekit completes in fish. Write this file once:
#   moekit completion fish > ~/.config/fish/completions/moekit.fish
`;

const fish = `${fishHead}function __moekit_complete
    for line in (moekit complete fish (commandline -cp) 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':folders'
                __fish_complete_directories (commandline -ct)
            case '*'
                # A value and its meaning.
                echo $line
        end
    end
end
complete -c moekit -f -a '(__moekit_complete)'
`;

/** The scripts of `moekit completion`, by shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish };
