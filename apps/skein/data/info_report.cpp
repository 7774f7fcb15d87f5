#include "data/info_report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "console/document.hpp"
#include "console/numbers.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "data/data_picture.hpp"

namespace skein::app {
namespace {

constexpr int kReportDigits = 6;
constexpr std::size_t kTextColumns = 32;

Cell number_or_dash(double value) { return std::isnan(value) ? Cell("-") : Cell(Number{value}); }

std::string direction(const Order& order) { return order.is_ascending ? "ascending" : "descending"; }

std::vector<Cell> row_of(const SampleStatistics& summary, Column index) {
    const ColumnMoments& column = summary.moments.columns[index];
    const int digits = digits_apart(column.min, column.max, kReportDigits);
    const std::optional<std::size_t> distinct = summary.distinct[index].count();
    return {std::string(kColumnNames[index]),
            rounded(column.min, digits),
            rounded(column.max, digits),
            rounded(column.mean, digits),
            Number{column.standard_deviation()},
            number_or_dash(column.skewness()),
            number_or_dash(column.kurtosis()),
            distinct ? std::to_string(*distinct) : fmt::format("> {}", DistinctValues::kMost)};
}

std::string moments_text(const SampleStatistics& summary) {
    Table table{{{""}, {"min"}, {"max"}, {"mean"}, {"std. dev."}, {"skewness"}, {"kurtosis"}, {"values"}}, {}};
    table.rows = {row_of(summary, kX), row_of(summary, kY)};
    if (summary.has_weights()) {
        table.rows.push_back(row_of(summary, kWeight));
    }
    return render({table}, Format::text, kReportDigits);
}

std::string range_text(double from, double to) {
    const int digits = digits_apart(from, to, 4);
    return fmt::format("from {} to {}", rounded(from, digits), rounded(to, digits));
}

/// The density of x and the mean of y, a line each.
void add_picture(const DensityProfile& profile, SummaryTable& table) {
    const std::string left_out = profile.share < 1.0
                                     ? fmt::format(", without the {} % of the samples that lie outside of this range",
                                                   rounded(100 * (1 - profile.share), 2))
                                     : "";
    const ShownMeans means = shown_means(profile);
    const double highest = std::ranges::max(profile.density);
    table.add("x", range_text(profile.edges.front(), profile.edges.back()) + left_out);
    table.add("density of x", fmt::format("{}  up to {}", density_bars(profile.density), rounded(highest, 3)));
    if (means.range.is_empty()) {
        return;
    }
    table.add("mean of y over x",
              fmt::format("{}  {}", mean_bars(means), range_text(means.range.from, means.range.to)));
}

Json column_json(const SampleStatistics& summary, Column index) {
    const ColumnMoments& column = summary.moments.columns[index];
    const std::optional<std::size_t> distinct = summary.distinct[index].count();
    return {{"min", column.min},
            {"max", column.max},
            {"mean", column.mean},
            {"standard_deviation", column.standard_deviation()},
            {"skewness", column.skewness()},
            {"kurtosis", column.kurtosis()},
            {"distinct_values", distinct ? Json(*distinct) : Json()},
            {"share_between_stretches", column.share_between_stretches()}};
}

/// The direction of a column that is sorted, or null.
Json sorted_json(const SampleStatistics& summary, Column column) {
    return summary.is_sorted_by(column) ? Json(direction(summary.orders[column])) : Json();
}

}  // namespace

std::string described_text(const DescribedData& data) {
    const SampleStatistics& summary = data.summary;
    SummaryTable table(25);
    if (const double correlation = summary.moments.correlation(); !std::isnan(correlation)) {
        table.add("correlation of x and y", rounded(correlation));
    }
    if (const std::optional<Column> column = summary.sorted_by()) {
        table.add(fmt::format("sorted by {}", kColumnNames[*column]), direction(summary.orders[*column]));
    }
    if (!summary.moments.columns[kX].is_constant()) {
        add_picture(density_profile(summary, kTextColumns), table);
    }
    return fmt::format("{}: {} ({}{}{})\n\n{}{}{}", data.spec, counted(summary.num_samples(), "sample"), data.kind,
                       data.precision.empty() ? "" : ", ", data.precision, moments_text(summary),
                       table.text().empty() ? "" : "\n", table.text());
}

Json described_json(const DescribedData& data) {
    const SampleStatistics& summary = data.summary;
    Json json{{"data", data.spec},
              {"kind", data.kind},
              {"precision", data.precision.empty() ? Json() : Json(data.precision)},
              {"samples", summary.num_samples()},
              {"skipped_rows", data.num_skipped_rows},
              {"x", column_json(summary, kX)},
              {"y", column_json(summary, kY)}};
    if (summary.has_weights()) {
        json["m"] = column_json(summary, kWeight);
    }
    const DensityProfile profile = density_profile(summary, kFigureColumns);
    json["density"] = {{"edges", profile.edges}, {"values", profile.density}, {"share", profile.share}};
    json["mean_y"] = profile.mean_y;
    json["correlation"] = summary.moments.correlation();
    json["sorted_by_x"] = sorted_json(summary, kX);
    json["sorted_by_absolute_x"] = sorted_json(summary, kAbsoluteX);
    json["sorted_by_y"] = sorted_json(summary, kY);
    json["warnings"] = summary.warnings();
    return json;
}

}  // namespace skein::app
