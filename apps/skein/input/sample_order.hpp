// Finds out from a few samples whether they come in an order.
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

/// The column that grows or falls with the row more than chance allows; of several the one that does so most. If none
/// does: the column whose neighbours are alike, as in a file joined of sorted parts. Found from a few hundred evenly
/// spaced rows. Data of a few tens of samples never count as ordered.
template <class Scalar>
std::optional<SampleOrder> apparent_order(const Dataset<Scalar>& data);

}  // namespace skein::app
