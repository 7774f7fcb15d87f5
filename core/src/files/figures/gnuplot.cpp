#include "files/figures/gnuplot.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "files/io/file_error.hpp"
#include "files/io/stream.hpp"

extern "C" char** environ;

namespace skein::internal::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPngSignature{"\x89PNG\r\n\x1a\n", 8};
constexpr std::size_t kShownErrorBytes = 300;

/// Without GNUTERM: gnuplot fails if it names a terminal that this gnuplot does not have.
std::vector<char*> environment_for_gnuplot() {
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        if (!std::string_view(*variable).starts_with("GNUTERM=")) variables.push_back(*variable);
    }
    variables.push_back(nullptr);
    return variables;
}

/// No signal is blocked and SIGPIPE is not ignored, whatever the caller does.
class SpawnSettings {
public:
    SpawnSettings(int script, int picture, int errors) {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
        sigset_t signals;
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes, &signals);
        ::sigaddset(&signals, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &signals);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

/// The exit status, or 0 if the system has dropped it (the caller ignores SIGCHLD): then the picture tells.
int wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return 0;
    }
    return status;
}

/// What gnuplot wrote, in one line without runs of blanks.
std::string reason_of(std::FILE* errors) {
    std::string text(kShownErrorBytes, '\0');
    std::rewind(errors);
    text.resize(std::fread(text.data(), 1, text.size(), errors));
    std::string line;
    for (const char character : text) {
        const bool is_blank = character == ' ' || character == '\n' || character == '\t' || character == '\r';
        if (!is_blank) line += character;
        if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
    }
    while (line.ends_with(' ')) line.pop_back();
    return line.empty() ? "gnuplot gave no reason" : "gnuplot says: " + line;
}

bool is_png(int descriptor) {
    std::array<char, kPngSignature.size()> start{};
    const ssize_t num_read = ::pread(descriptor, start.data(), start.size(), 0);
    return std::string_view(start.data(), num_read < 0 ? 0 : static_cast<std::size_t>(num_read)) == kPngSignature;
}

}  // namespace

std::optional<fs::path> find_gnuplot() {
    const char* const path_variable = std::getenv("PATH");
    std::string_view rest = path_variable == nullptr ? "" : path_variable;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const fs::path directory(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (directory.empty()) continue;
        const fs::path candidate = directory / "gnuplot";
        std::error_code ignored;
        if (fs::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

std::string gnuplot_string(std::string_view text) {
    std::string string = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool is_letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (is_letter || byte >= 0x80) {
            string += character;
        } else if (byte <= ' ') {
            string += ' ';
        } else {  // octal, digits too: backquotes run a command in any string, and a digit would continue an octal code
            string += {'\\', static_cast<char>('0' + byte / 64), static_cast<char>('0' + byte / 8 % 8),
                       static_cast<char>('0' + byte % 8)};
        }
    }
    return string + '"';
}

void run_gnuplot(const fs::path& target, std::string_view script, const OutputFile& picture) {
    const std::optional<fs::path> gnuplot = find_gnuplot();
    if (!gnuplot) fail(target, "cannot be drawn: no gnuplot on the PATH (Debian: gnuplot-nox)");
    // Files, not pipes: no SIGPIPE, and neither process waits for the other to read.
    const Stream input = make_temporary(target, script);
    const Stream errors = make_temporary(target);
    const SpawnSettings settings(::fileno(input.get()), picture.descriptor(), ::fileno(errors.get()));
    std::string name = "gnuplot";
    std::string without_user_files = "--default-settings";
    const std::array<char*, 3> arguments{name.data(), without_user_files.data(), nullptr};
    const std::vector<char*> environment = environment_for_gnuplot();
    pid_t process = 0;
    const int error = ::posix_spawn(&process, gnuplot->c_str(), &settings.actions, &settings.attributes,
                                    arguments.data(), environment.data());
    if (error != 0) fail_system(target, "cannot be drawn: gnuplot cannot be started", error);
    if (wait_for(process) != 0 || !is_png(picture.descriptor())) {
        fail(target, "cannot be drawn: ", reason_of(errors.get()));
    }
}

}  // namespace skein::internal::files
