# Input, one record a line:
#     rule FOLDER: FOLDERS        a source of FOLDER may include headers of FOLDERS, each of which has a rule above;
#                                 `all` stands for every folder that has a rule above
#     rule FOLDER = HEADERS       HEADERS belong to FOLDER, although they lie elsewhere
#     library NAME                a header that any source may include
#     file NAME                   a source, named as #include names it; `skein/...` is a public header
#     include NAME INCLUDED       NAME includes INCLUDED
# Prints what breaks the rules, and exits with 1 if anything does.

function fail(message) {
    print message
    failed = 1
}

function folder_of(name,    stem) {
    if (name in library) return "vocabulary"
    if (name in owner) return owner[name]
    if (name ~ /^skein\//) {
        if (name !~ /^skein\/files\// && !includes_public[name]) return "vocabulary"
        stem = stem_of(name)
        if (stem in source_folder) return source_folder[stem]
        fail(name " has no source of the same name: give it a folder in a line `folder = " name "`")
        return "vocabulary"
    }
    return directory_of(name)
}

function directory_of(name) {
    if (name !~ /\//) return "."
    sub(/\/[^\/]*$/, "", name)
    return name
}

# "files/npy" of files/arrays/npy.cpp and skein/files/npy.hpp, "chain" of model/chain.cpp and skein/chain.hpp
function stem_of(name,    prefix) {
    prefix = name ~ /^(skein\/)?files\// ? "files/" : ""
    sub(/^.*\//, "", name)
    sub(/\.[a-z]+$/, "", name)
    return prefix name
}

function read_rule(    i, folder, below) {
    if ($3 == "=") {
        for (i = 4; i <= NF; i++) owner[$i] = $2
        return
    }
    if ($2 !~ /:$/) fail("a rule is `folder: folders` or `folder = headers`, not `" $0 "`")
    folder = substr($2, 1, length($2) - 1)
    for (i = 3; i <= NF; i++) {
        if ($i == "all") {
            for (below in has_rule) allowed[folder, below] = 1
            continue
        }
        if (!($i in has_rule)) fail("the rule of " folder " names " $i ", which has no rule above it")
        allowed[folder, $i] = 1
    }
    allowed[folder, folder] = 1
    has_rule[folder] = 1
}

# Follows the includes of `start`, and theirs; `path[x]` is the shortest way from `start` to x.
function check_closure(start, own,    queue, head, tail, path, name, header, i, there) {
    head = tail = 1
    queue[1] = start
    path[start] = start
    while (head <= tail) {
        name = queue[head++]
        for (i = 1; i <= num_includes[name]; i++) {
            header = included[name, i]
            if (header == start) fail(start " includes itself: " path[name] " -> " start)
            if (header in path) continue
            path[header] = path[name] " -> " header
            if (!(header in exists)) {
                if (name == start) fail(start " includes " header ", which does not exist")
                continue
            }
            there = folder_of(header)
            if (there == "vocabulary") continue
            if (!((own, there) in allowed)) {
                fail(own " may not include " there ": " path[header])
                continue
            }
            queue[++tail] = header
        }
    }
}

$1 == "rule" { read_rule() }
$1 == "library" { library[$2] = exists[$2] = 1 }
$1 == "file" {
    exists[$2] = 1
    names[++num_names] = $2
    if ($2 ~ /\.cpp$/) source_folder[stem_of($2)] = directory_of($2)
}
$1 == "include" {
    included[$2, ++num_includes[$2]] = $3
    if ($3 ~ /^skein\//) includes_public[$2] = 1
}

END {
    for (name in owner) if (!(name in exists)) fail("a rule names " name ", which does not exist")
    for (i = 1; i <= num_names; i++) {
        folder = folder_of(names[i])
        if (folder == "vocabulary") {
            if (num_includes[names[i]] > 0) fail(names[i] " is public, and includes what is not")
            continue
        }
        has_file[folder] = 1
        if (!(folder in has_rule)) {
            if (!(folder in reported)) fail(folder " has no rule")
            reported[folder] = 1
            continue
        }
        check_closure(names[i], folder)
    }
    for (folder in has_rule) if (!(folder in has_file)) fail("the rule of " folder " is about no file")
    exit failed
}
