// Exit codes, and the exceptions that end a command with one line on standard error and an exit code.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace skein::app {

enum ExitCode : int {
    kDone = 0,
    kFailed = 1,        // writing failed, or the machine did
    kBadInput = 2,      // wrong usage or bad data; nothing has been written
    kDiverged = 3,      // the run diverged, and --fail-on-divergence was given
    kSignalBase = 128,  // 128 + n: stopped by signal n
};

/// Ends with kBadInput, as std::invalid_argument and FileError of the library do.
class BadInput : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A signal ended the work before there was anything to write. Ends with kSignalBase + signal.
class Stopped : public std::runtime_error {
public:
    Stopped(int signal, const std::string& message) : std::runtime_error(message), signal_(signal) {}
    int signal() const noexcept { return signal_; }

private:
    int signal_;
};

/// Who read standard output has had enough, as head has. Ends with kSignalBase + SIGPIPE, without a word.
class OutputClosed : public std::exception {};

/// Ends with kFailed.
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace skein::app
