// A visitor of a std::variant, one lambda per type.
#pragma once

namespace skein::app {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace skein::app
