#include "sweep/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "input/compressed_summary.hpp"
#include "skein/instruction_set.hpp"

namespace skein::app {
namespace {

/// Of points that are done. Only the bound of compressed data stops a chain for good.
std::string status_in_words(std::size_t status) {
    if (status == static_cast<std::size_t>(Status::stopped)) {
        return "beyond the tolerance";
    }
    return in_words(kStatusNames[status]);
}

std::string part_of(std::uint64_t count, std::uint64_t all) {
    const double part = static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, all));
    return fmt::format("{} ({} %)", grouped(count), rounded(100.0 * part, 3));
}

double sample_layers_per_second(const SweepReport& report) {
    return report.seconds > 0 ? static_cast<double>(report.sample_layers) / report.seconds : 0.0;
}

/// Without samples at hand, chains have ended at the bounds that were refused.
void add_compression_rows(const SweepReport& report, SummaryTable& table) {
    if (!report.compression) {
        return;
    }
    const CompressionRecord& record = *report.compression;
    const bool is_any = record.num_compressed + record.num_exact != 0;
    if (is_any) {
        table.add("compressed", compression_in_words(record));
    }
    if (record.num_exact == 0 && record.largest_refused_bound != 0) {
        table.add(is_any ? "" : "compressed", "beyond the tolerance " + refused_bound_in_words(record));
    }
}

std::string headline(const SweepReport& report) {
    if (report.signal == 0) {
        return fmt::format("done: {}", counted(report.num_points, "chain"));
    }
    return fmt::format("stopped by {} after {} of {} chains; the same command {}continues", signal_name(report.signal),
                       grouped(report.points_done), grouped(report.num_points),
                       report.is_forced ? "without --force " : "");
}

}  // namespace

Json report_json(const SweepReport& report) {
    Json counts = Json::object();
    for (std::size_t status = 0; status < kStatusNames.size(); ++status) {
        counts[kStatusNames[status]] = report.by_status[status];
    }
    Json json{{"status", report.signal == 0 ? "finished" : "stopped"},
              {"points", report.num_points},
              {"points_done", report.points_done},
              {"points_before", report.points_before},
              {"counts", counts},
              {"learned", report.learned}};
    if (report.compression) {
        json["compression"] = compression_json(*report.compression, report.tolerance);
    }
    if (report.compression_seconds) {
        json["compression_seconds"] = *report.compression_seconds;
    }
    json["seconds"] = report.seconds;
    json["sample_layers_per_second"] = sample_layers_per_second(report);
    json["threads"] = report.num_threads;
    json["directory"] = report.directory;
    json["files"] = report.files;
    return json;
}

std::string report_text(const SweepReport& report, const std::vector<Axis>& axes) {
    SummaryTable table;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        table.add(axis == 0 ? "axes" : "", axes[axis].text());
    }
    table.add("learned", part_of(report.learned, report.points_done));
    for (std::size_t status = 0; status < kStatusNames.size(); ++status) {
        if (report.by_status[status] != 0) {
            table.add(status_in_words(status), part_of(report.by_status[status], report.points_done));
        }
    }
    add_compression_rows(report, table);
    if (report.points_before != 0) {
        table.add("done before", grouped(report.points_before));
    }
    if (report.compression_seconds) {
        table.add("compression time", compression_time_in_words(*report.compression_seconds, report.num_samples));
    }
    table.add("time", fmt::format("{}, {} sample-layers/s ({}, {})", duration(report.seconds),
                                  rounded(sample_layers_per_second(report), 3), instruction_set(),
                                  counted(static_cast<std::uint64_t>(report.num_threads), "thread")));
    table.add("files",
              report.files.empty() ? report.directory : fmt::format("{}: {}", report.directory, joined(report.files)));
    return fmt::format("{}\n\n{}", headline(report), table.text());
}

void warn_of_stopped(const SweepReport& report) {
    const std::uint64_t count = report.by_status[static_cast<std::size_t>(Status::stopped)];
    if (count != 0) {
        write_warning(
            fmt::format("{} of {} chains ended where the error on the compressed data is bounded only beyond "
                        "--tolerance {} (a larger tolerance, a smaller --panel-width, or the samples may help)",
                        grouped(count), grouped(report.points_done), rounded(report.tolerance)));
    }
}

}  // namespace skein::app
