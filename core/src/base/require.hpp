// Errors of arguments: what, its value, what was expected.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string_view>

#include "base/text.hpp"
#include "skein/execution.hpp"

namespace skein::internal {

/// Throws std::invalid_argument "<what> is <value>: expected <expected>".
template <class Value>
[[noreturn]] void refuse(std::string_view what, const Value& value, std::string_view expected) {
    throw std::invalid_argument(to_text(what, " is ", value, ": expected ", expected));
}

/// Refuses `value` unless `holds`.
template <class Value>
void require(bool holds, std::string_view what, const Value& value, std::string_view expected) {
    if (!holds) refuse(what, value, expected);
}

/// Throws for an enumerator that has no name: a number cast to an enumeration.
template <class Enumeration, class Names>
void require_name(Enumeration value, const Names& names, const char* what) {
    const std::size_t index = static_cast<std::size_t>(value);
    require(index < names.size(), what, index, "one of its enumerators");
}

inline void require_threads(const Execution& execution) {
    static_assert(kMaxThreads == 1024, "the text below says so");
    require(execution.num_threads >= 0 && execution.num_threads <= kMaxThreads, "the number of threads",
            execution.num_threads, "from 0 (as many as OpenMP takes) to 1024");
}

}  // namespace skein::internal
