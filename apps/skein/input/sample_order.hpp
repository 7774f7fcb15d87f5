// Whether samples come in an order, from a few of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "skein/dataset.hpp"

namespace skein::app {

/// "sorted by |x|, descending", as every message says it.
std::string sorted_in_words(std::string_view column, bool is_ascending);

struct SampleOrder {
    std::string_view column;  // "x", "|x|" or "y"
    double correlation;       // of the column's ranks with the rows, from -1 to 1; or with those of the rows before
    bool is_of_neighbours = false;
};

/// The column that grows or falls with the row more than chance allows, the one that does most where several do; or, where
/// none does, whose neighbours are alike (as in files put behind each other that are sorted each). Found by a few hundred
/// evenly spaced rows. Data of some tens of samples are never said to be in order.
template <class Scalar>
std::optional<SampleOrder> apparent_order(const Dataset<Scalar>& data);

}  // namespace skein::app
