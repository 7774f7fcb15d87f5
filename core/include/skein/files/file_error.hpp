/// What skein::files throws: one line that names the file, what is wrong, where, and what was expected.
#pragma once

#include <stdexcept>

namespace skein {

class FileError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace skein
