/// What skein::files throws.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

#include "skein/error.hpp"

namespace skein {

/// One line that names the file, what is wrong, where, and what was expected.
class FileError : public std::runtime_error, public Error {
public:
    explicit FileError(const std::string& message, std::error_code code = {})
        : std::runtime_error(message), code_(code) {}

    const char* what() const noexcept override { return std::runtime_error::what(); }

    /// The error of the system call that failed: the file is missing, the disk is full or fails, ... Empty if the file
    /// was read and its content is wrong.
    const std::error_code& code() const noexcept { return code_; }

private:
    std::error_code code_;
};

}  // namespace skein
