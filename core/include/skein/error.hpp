/// Errors that a program may want to tell apart. Wrong arguments are std::invalid_argument.
#pragma once

#include <stdexcept>

namespace skein {

/// The base class of skein's own errors.
class Error {
public:
    virtual const char* what() const noexcept = 0;

protected:
    ~Error() = default;
};

/// The compressed data are too coarse for the weights: the bound of the error is beyond the tolerance, and the samples
/// are not at hand (skein/training_data.hpp).
class ToleranceError final : public std::runtime_error, public Error {
public:
    using std::runtime_error::runtime_error;
    const char* what() const noexcept override { return std::runtime_error::what(); }
};

/// A stop request (Execution::stop_request) ended a call that has no partial result. This is no error: catch it where
/// you set the request.
class Stopped final : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace skein
