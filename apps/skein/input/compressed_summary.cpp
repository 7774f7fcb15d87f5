#include "input/compressed_summary.hpp"

#include <fmt/core.h>

#include <cmath>

#include "console/json.hpp"
#include "console/numbers.hpp"

namespace skein::app {

Json compressed_json(const CompressedDataset& data) {
    return {{"samples", data.num_samples()},
            {"first_index", data.first_index()},
            {"sample_weight_sum", data.sample_weight_sum()},
            {"x_min", data.x_min()},
            {"x_max", data.x_max()},
            {"root_mean_square_x", std::sqrt(data.mean_square_x())},
            {"root_mean_square_y", std::sqrt(data.mean_square_y())},
            {"panel_exponent", data.panel_exponent()},
            {"panels", data.num_panels()},
            {"nodes_per_panel", data.num_nodes()}};
}

void add_compressed_rows(const CompressedDataset& data, SummaryTable& table) {
    const std::uint64_t first = data.first_index();
    table.add("samples", grouped(data.num_samples()) + (first == 0 ? "" : ", from index " + grouped(first)));
    table.add("x", fmt::format("from {} to {}, root mean square {}", rounded(data.x_min()), rounded(data.x_max()),
                               rounded(std::sqrt(data.mean_square_x()))));
    table.add("y", "root mean square " + rounded(std::sqrt(data.mean_square_y())));
    table.add("panels", fmt::format("{} of {} nodes, the finest 2^{} wide", grouped(data.num_panels()),
                                    data.num_nodes(), data.panel_exponent()));
}

Json compression_json(const CompressionRecord& record, double tolerance) {
    return {{"compressed", record.num_compressed},
            {"exact", record.num_exact},
            {"largest_bound", record.largest_bound},
            {"largest_bound_of_value", record.largest_bound_of_value},
            {"largest_refused_bound", record.largest_refused_bound},
            {"tolerance", tolerance}};
}

std::string refused_bound_in_words(const CompressionRecord& record) {
    return std::isinf(record.largest_refused_bound)
               ? "not bounded"
               : "bounded only by " + rounded(record.largest_refused_bound, 2) + " of their scales";
}

std::string compression_in_words(const CompressionRecord& record) {
    const std::uint64_t all = record.num_compressed + record.num_exact;
    const std::string refused = refused_bound_in_words(record);
    if (record.num_compressed == 0) {
        return (all == 0 ? "no gradients or losses" : "none of " + grouped(all) + " gradients and losses") +
               ": their error is " + refused;
    }
    return (record.num_exact == 0 ? "all " + grouped(all) : grouped(record.num_compressed) + " of " + grouped(all)) +
           " gradients and losses, error at most " + rounded(record.largest_bound, 2) +
           " of their scales, rounding included" + (record.num_exact == 0 ? "" : "; of the others " + refused);
}

std::string compression_time_in_words(double seconds, std::uint64_t num_samples) {
    return duration(seconds) + ", " + rounded(static_cast<double>(num_samples) / seconds, 3) + " samples/s";
}

std::string bound_in_words(const CompressionRecord& record, std::string_view scale, std::string_view value) {
    return "error at most " + rounded(record.largest_bound, 2) + " of " + std::string(scale) + " and " +
           rounded(record.largest_bound_of_value, 2) + " of " + std::string(value) + ", rounding included";
}

}  // namespace skein::app
