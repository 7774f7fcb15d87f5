# Prints "LENGTH FILE:LINE NAME" of each function of C++ sources, lambdas at namespace scope among them. A function's
# length counts all lines from the first of its declaration (or of its `template <...>`) to its closing brace.

# Called for each opening brace: what does it open, after the text `head` of its statement?
function kind_of(head) {
    if (depth > 0 && (kind[depth] == "function" || kind[depth] == "inner")) return "inner"
    while (match(head, /^ *template *<[^<>]*(<[^<>]*>[^<>]*)*> */)) head = substr(head, RLENGTH + 1)
    if (head ~ /^ *((inline|extern) *)*(namespace|"")/ || head ~ /^ *extern *$/) return "scope"
    if (head ~ /^ *(typedef +)?(class|struct|union|enum)[^()]*(alignas *\([^()]*\)[^()]*)?$/) return "scope"
    if (head ~ /= *$/ && head !~ /operator *[-+*\/!=<>]*= *$/) return "inner"
    return head ~ /\)|\] *$/ ? "function" : "inner"
}

function name_of(head) {
    gsub(/ +/, " ", head)
    while (match(head, /^ *template *<[^<>]*(<[^<>]*>[^<>]*)*> */)) head = substr(head, RLENGTH + 1)
    sub(/^ */, "", head)
    if (match(head, /\)/)) head = substr(head, 1, RSTART)
    return substr(head, 1, 70)
}

function add(character) {
    if (head ~ /^ *$/) {
        if (character ~ /[ \t]/) return
        head_line = FNR
    }
    head = head character
}

function open() {
    kind[depth + 1] = kind_of(head)
    depth++
    head_of[depth] = head
    line_of[depth] = head_line
    head = ""
}

function close_brace() {
    if (kind[depth] == "function") {
        closed_file = FILENAME
        closed = FNR - line_of[depth] + 1 " " FILENAME ":" line_of[depth] " "
        closed_name = head_of[depth]
    }
    head = ""
    after_brace = depth
    depth--
}

# What follows a closing brace says whether the statement goes on: `Type(int x) : x_{x}, y_{0} { ... }`
function settle(character,    level) {
    level = after_brace
    after_brace = 0
    if (character ~ /[,{(.?:)]/) {
        head = head_of[level] "{}"
        head_line = line_of[level]
    } else if (closed != "") {
        print closed name_of(closed_name)
    }
    closed = ""
}

FNR == 1 {
    if (after_brace) settle("")
    depth = 0
    head = raw_end = ""
    in_comment = in_directive = 0
}

{
    line = $0
    if (raw_end == "" && !in_comment && (in_directive || line ~ /^ *#/)) {
        in_directive = line ~ /\\$/
        next
    }
    length_of_line = length(line)
    for (i = 1; i <= length_of_line; i++) {
        if (raw_end != "") {
            end = index(substr(line, i), raw_end)
            if (end == 0) break
            i += end + length(raw_end) - 2
            raw_end = ""
            continue
        }
        if (in_comment) {
            end = index(substr(line, i), "*/")
            if (end == 0) break
            i += end
            in_comment = 0
            continue
        }
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (two == "//") break
        if (two == "/*") {
            in_comment = 1
            i++
            continue
        }
        if (two == "R\"") {
            rest = substr(line, i + 2)
            raw_end = ")" substr(rest, 1, index(rest, "(") - 1) "\""
            i += 1 + index(rest, "(")
            c = "\""
        } else if (c == "\"" || (c == "'" && substr(line, i - 1, 1) !~ /[0-9A-Fa-f]/)) {
            for (i++; i <= length_of_line && substr(line, i, 1) != c; i++) if (substr(line, i, 1) == "\\") i++
            if (c == "\"") c = "\"\""
        }
        if (after_brace && c !~ /[ \t]/) settle(c)
        if (c == "{") open()
        else if (c == "}") close_brace()
        else if (c == ";") head = ""
        else if (c == ":" && head ~ /^ *(public|private|protected) *$/) head = ""
        else add(c)
    }
    add(" ")
}

END { if (after_brace) settle("") }
