// How a command ends early: one line for stderr, and an exit code.
#pragma once

#include <stdexcept>

namespace skein::app {

enum ExitCode : int {
    kDone = 0,
    kFailed = 1,    // writing failed, or the machine did
    kBadInput = 2,  // wrong usage, or data that are not what they should be; nothing has been written
    kSignalBase = 128,
};

/// Ends with kBadInput; so do std::invalid_argument and FileError of the library.
class BadInput : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Ends with kFailed.
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace skein::app
