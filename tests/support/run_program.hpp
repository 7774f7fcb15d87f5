/// Runs skein's program as its users do: arguments, environment, signals; exit code and streams. No shell.
/// SKEIN_PROGRAM is its words: the path, behind the emulator where the build has one.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_directory.hpp"

extern "C" char** environ;

namespace skein::test {

struct ProgramResult {
    int exit_code;  // 128 + signal where a signal ended it
    std::string output;
    std::string errors;
};

struct ProgramSettings {
    std::vector<std::string> environment = {};  // "NAME=value", in place of those of this process
    std::filesystem::path directory = {};       // to run in
    std::string input_path = "/dev/null";       // its standard input
    std::string output_path = {};               // where its standard output goes, instead of into the result
};

/// A program that runs while the test goes on.
class RunningProgram {
public:
    explicit RunningProgram(const std::vector<std::string>& arguments, const ProgramSettings& settings = {})
        : output_path_(settings.output_path.empty() ? files_.file("output").string() : settings.output_path) {
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, settings.input_path.c_str(), O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_path_.c_str(), O_WRONLY | O_CREAT, 0600);
        ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files_.file("errors").c_str(), O_WRONLY | O_CREAT,
                                           0600);
        if (!settings.directory.empty()) {
            ::posix_spawn_file_actions_addchdir_np(&actions, settings.directory.c_str());
        }
        std::vector<std::string> words{SKEIN_PROGRAM};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<std::string> variables = settings.environment;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            // Not both: whether the first or the last of two is heard depends on who reads them.
            const std::string_view text(*variable);
            const std::string_view name = text.substr(0, text.find('=') + 1);
            if (std::none_of(settings.environment.begin(), settings.environment.end(),
                             [name](const std::string& set) { return set.starts_with(name); })) {
                variables.emplace_back(text);
            }
        }
        // A shell that starts tests in the background ignores SIGINT, and children would go on to ignore it.
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        sigset_t heard;
        ::sigemptyset(&heard);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&heard, signal);
        ::posix_spawnattr_setsigdefault(&attributes, &heard);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        const int error = ::posix_spawnp(&process_, words.front().c_str(), &actions, &attributes,
                                         pointers_to(words).data(), pointers_to(variables).data());
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        if (error != 0) throw std::runtime_error("cannot run " + words.back());
    }
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            wait_for_exit();
        }
    }

    void send(int signal) const { ::kill(process_, signal); }

    ProgramResult wait() {
        const int exit_code = wait_for_exit();
        return {exit_code, std::filesystem::is_regular_file(output_path_) ? content_of(output_path_) : std::string(),
                content_of(files_.file("errors"))};
    }

private:
    static std::vector<char*> pointers_to(std::vector<std::string>& texts) {
        std::vector<char*> pointers;
        for (std::string& text : texts) {
            pointers.push_back(text.data());
        }
        pointers.push_back(nullptr);
        return pointers;
    }

    int wait_for_exit() {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = -1;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

    TemporaryDirectory files_;
    std::string output_path_;
    pid_t process_ = -1;
};

inline ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramSettings& settings = {}) {
    return RunningProgram(arguments, settings).wait();
}

}  // namespace skein::test
