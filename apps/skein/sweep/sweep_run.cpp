#include "sweep/sweep_run.hpp"

#include <algorithm>
#include <chrono>

#include "cli/config_file.hpp"
#include "cli/directory_lock.hpp"
#include "console/errors.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "input/compressed_summary.hpp"
#include "input/data_files.hpp"
#include "skein/files/array_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/files/sweep_files.hpp"
#include "skein/instruction_set.hpp"
#include "skein/version.hpp"
#include "sweep/sweep_directory.hpp"
#include "sweep/sweep_pictures.hpp"
#include "sweep/sweep_progress.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// How often disks are waited for at most.
constexpr std::chrono::seconds kSyncInterval{2};

std::string run_json(const Configuration& configuration, const SweepReport& report, const std::string& start_time,
                     bool is_finished) {
    Json json{{"skein", "sweep"},
              {"status", is_finished ? "finished" : "running"},
              {"version", version()},
              {"numerics_version", kNumericsVersion},
              {"start_time", start_time},
              {"configuration", stored_configuration(configuration)},
              {"data_files", report.data_files}};
    if (is_finished) {
        Json outcome = report_json(report);
        outcome.erase("directory");
        json["outcome"] = outcome;
    }
    Json names = Json::object();
    names["status"] = kStatusNames;
    names["cause"] = kCauseNames;
    json["codes"] = names;
    json["machine"] = {{"cpu", cpu_model()},
                       {"cores", num_cores()},
                       {"threads", report.num_threads},
                       {"instruction_set", instruction_set()},
                       {"compiler", compiler()}};
    return json_text(json);
}

template <class Scalar>
void require_room(const Configuration& configuration, const SweepJob<Scalar>& job, const fs::path& directory) {
    const std::uint64_t needed = SweepFiles<Scalar>::total_bytes(job.sweep);
    const std::uint64_t free = free_bytes(directory);
    if (needed > free) {
        configuration.fail("out", "the arrays of " + grouped(job.sweep.num_points()) + " points take " +
                                      grouped(needed) + " bytes, but " + directory.string() + " has room for " +
                                      grouped(free));
    }
}

/// Whether the directory holds an unfinished sweep of these settings. Throws BadInput for one that holds anything else.
bool can_go_on(const Configuration& configuration, const fs::path& directory) {
    const std::optional<HeldSweep> held = held_sweep(configuration, directory);
    if (!held) {
        return false;
    }
    if (held->is_finished) {
        configuration.fail("out", directory.string() + " holds a finished sweep: expected a new directory, or --force");
    }
    require_same_settings(configuration, *held);
    return true;
}

/// The order matters to a kill at any moment: once there is no checkpoint nothing of the earlier sweep is gone on with;
/// once run.json tells of this sweep, the same command begins it again.
template <class Scalar>
void take_over(const Configuration& configuration, const fs::path& directory, const SweepReport& report) {
    SweepFiles<Scalar>::remove_checkpoint(directory);
    write_file(directory / "run.json", run_json(configuration, report, utc_now(), false));
}

template <class Scalar>
SweepFiles<Scalar> open_files(const Configuration& configuration, const SweepJob<Scalar>& job,
                              const fs::path& directory, const SweepReport& report) {
    if (can_go_on(configuration, directory) && SweepFiles<Scalar>::is_unfinished(directory)) {
        return SweepFiles<Scalar>::open(directory, job.sweep);
    }
    require_room(configuration, job, directory);
    take_over<Scalar>(configuration, directory, report);
    remove_earlier_pictures(directory);
    return SweepFiles<Scalar>::create(directory, job.sweep);
}

/// Block after block, until all is done or a stop is requested: then what is through of the last one is kept.
template <class Scalar>
void train_blocks(const SweepJob<Scalar>& job, SweepFiles<Scalar>& files, bool quiet, SweepReport& report) {
    using Clock = std::chrono::steady_clock;
    const std::uint64_t num_points = job.sweep.num_points();
    const std::size_t block = points_at_a_time(job.sweep, report.num_threads);
    SweepProgress progress(num_points, files.points_done(), job.sweep.work_per_point(), report.num_threads, quiet);
    Clock::time_point last_sync = Clock::now();
    while (files.points_done() < num_points && stop_signal() == 0) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(block, num_points - files.points_done()));
        const SweepOutcome<Scalar> outcome = job.sweep.run(files.points_done(), count, &progress);
        files.append(outcome, num_finished(outcome.points));
        report.sample_layers += outcome.points.sample_layers;
        if (is_stopped(outcome.points)) {
            break;
        }
        if (Clock::now() - last_sync > kSyncInterval) {
            files.sync();
            last_sync = Clock::now();
        }
    }
    report.seconds = progress.seconds();
    report.points_done = files.points_done();
    report.compression = files.compression();
    report.signal = report.points_done < num_points ? stop_signal() : 0;
}

/// Counts what the arrays hold, those of an earlier call included.
void count_outcomes(const fs::path& directory, const std::vector<Axis>& axes, SweepReport& report) {
    std::vector<std::size_t> shape;
    for (const Axis& axis : axes) {
        shape.insert(shape.begin(), axis.num_points);
    }
    const ArrayFile status = ArrayFile::open(directory / "status.npy", ElementType::uint8, shape);
    const ArrayFile decreased = ArrayFile::open(directory / "loss_decreased.npy", ElementType::boolean, shape);
    constexpr std::uint64_t kBlock = 1 << 20;
    for (std::uint64_t first = 0; first < report.points_done; first += kBlock) {
        std::vector<std::uint8_t> block(static_cast<std::size_t>(std::min(kBlock, report.points_done - first)));
        status.read(first, std::span<std::uint8_t>(block));
        for (const std::uint8_t code : block) {
            ++report.by_status[std::min<std::size_t>(code, report.by_status.size() - 1)];
        }
        decreased.read(first, std::span<std::uint8_t>(block));
        report.learned += static_cast<std::uint64_t>(std::ranges::count(block, std::uint8_t{1}));
    }
}

std::string row(const std::string& name, const std::string& value) {
    constexpr std::size_t kColumn = 18;
    return "  " + name + std::string(name.size() < kColumn ? kColumn - name.size() : 2, ' ') + value + "\n";
}

/// Of points that are done: only the bound of compressed data stops a chain that is not gone on with.
std::string status_in_words(std::size_t status) {
    if (status == static_cast<std::size_t>(Status::stopped)) {
        return "beyond the tolerance";
    }
    std::string name(kStatusNames[status]);
    std::ranges::replace(name, '_', ' ');
    return name;
}

std::string part_of(std::uint64_t count, std::uint64_t all) {
    return grouped(count) + " (" +
           rounded(100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, all)), 3) +
           " %)";
}

/// Where the samples are not at hand, chains have ended at the bounds that were refused.
std::string compression_rows(const SweepReport& report) {
    if (!report.compression) {
        return "";
    }
    const CompressionRecord& record = *report.compression;
    std::string text;
    if (record.num_compressed + record.num_exact != 0) {
        text += row("compressed", compression_in_words(record));
    }
    if (record.num_exact == 0 && record.largest_refused_bound != 0) {
        const std::string refused = rounded(record.largest_refused_bound, 2) + " of their scales";
        text += row(text.empty() ? "compressed" : "", "beyond the tolerance bounded only by " + refused);
    }
    return text;
}

void warn_of_stopped(const Configuration& configuration, const SweepReport& report) {
    const std::uint64_t count = report.by_status[static_cast<std::size_t>(Status::stopped)];
    if (count != 0 && !configuration.flag("quiet")) {
        write_warning(grouped(count) + " of " + grouped(report.points_done) +
                      " chains stopped because the bound of the error on the compressed data exceeds --tolerance " +
                      configuration.text("tolerance") +
                      " (a larger tolerance, a smaller --panel-width, or the samples may help)");
    }
}

}  // namespace

template <class Scalar>
SweepReport run_sweep(const Configuration& configuration, const SweepJob<Scalar>& job, const fs::path& directory) {
    SweepReport report;
    report.directory = directory.string();
    report.num_points = job.sweep.num_points();
    report.is_forced = configuration.flag("force");
    if (const CompressedData<Scalar>* const compressed = job.sweep.data().compressed()) {
        report.tolerance = compressed->tolerance();
    }
    report.compression_seconds = job.compression_seconds;
    report.num_samples = job.sweep.data().num_samples();
    report.data_files = data_files_json(configuration);
    report.num_threads = num_threads(job.sweep.settings().training.execution);
    try {
        if (!fs::exists(directory)) {
            require_room(configuration, job, directory);
            fs::create_directories(directory);
        }
        const DirectoryLock lock(configuration, directory);
        SweepFiles<Scalar> files = open_files(configuration, job, directory, report);
        const std::string start_time = utc_now();
        report.points_before = files.points_done();
        train_blocks(job, files, configuration.flag("quiet"), report);
        count_outcomes(directory, job.axes, report);
        warn_of_stopped(configuration, report);
        if (report.points_done < report.num_points) {
            files.sync();
            return report;
        }
        files.sync();
        report.files = files.names();
        const std::string title =
            configuration.is_given("preset") ? "skein sweep: " + configuration.text("preset") : "skein sweep";
        for (const std::string& name : draw_sweep(directory, job, title, configuration.flag("quiet"))) {
            report.files.push_back(name);
        }
        write_file(directory / "run.json", run_json(configuration, report, start_time, true));
        files.finish();
    } catch (const FileError& error) {
        throw Failure(error.what());
    } catch (const fs::filesystem_error& error) {
        throw Failure(directory.string() + ": cannot be created: " + error.code().message());
    }
    return report;
}
template SweepReport run_sweep(const Configuration&, const SweepJob<float>&, const fs::path&);
template SweepReport run_sweep(const Configuration&, const SweepJob<double>&, const fs::path&);

template <class Scalar>
void replace_sweep(const Configuration& configuration, const SweepJob<Scalar>& job, const fs::path& directory) {
    SweepReport report;
    report.data_files = data_files_json(configuration);
    report.num_threads = num_threads(job.sweep.settings().training.execution);
    try {
        const DirectoryLock lock(configuration, directory);
        take_over<Scalar>(configuration, directory, report);
    } catch (const FileError& error) {
        throw Failure(error.what());
    }
}
template void replace_sweep(const Configuration&, const SweepJob<float>&, const fs::path&);
template void replace_sweep(const Configuration&, const SweepJob<double>&, const fs::path&);

Json report_json(const SweepReport& report) {
    Json counts = Json::object();
    for (std::size_t status = 0; status < kStatusNames.size(); ++status) {
        counts[std::string(kStatusNames[status])] = report.by_status[status];
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
    json["sample_layers_per_second"] =
        report.seconds > 0 ? static_cast<double>(report.sample_layers) / report.seconds : 0.0;
    json["threads"] = report.num_threads;
    json["directory"] = report.directory;
    json["files"] = report.files;
    return json;
}

std::string report_text(const SweepReport& report, const std::vector<Axis>& axes) {
    const double rate = report.seconds > 0 ? static_cast<double>(report.sample_layers) / report.seconds : 0.0;
    std::string text = report.signal == 0 ? "done: " + grouped(report.num_points) + " chains\n\n"
                                          : "stopped by " + std::string(signal_name(report.signal)) + " after " +
                                                grouped(report.points_done) + " of " + grouped(report.num_points) +
                                                " chains; the same command " +
                                                (report.is_forced ? "without --force " : "") + "goes on\n\n";
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        text += row(axis == 0 ? "axes" : "", axes[axis].text());
    }
    text += row("learned", part_of(report.learned, report.points_done));
    for (std::size_t status = 0; status < kStatusNames.size(); ++status) {
        if (report.by_status[status] != 0) {
            text += row(status_in_words(status), part_of(report.by_status[status], report.points_done));
        }
    }
    text += compression_rows(report);
    if (report.points_before != 0) {
        text += row("done before", grouped(report.points_before));
    }
    if (report.compression_seconds) {
        text += row("compression time", compression_time_in_words(*report.compression_seconds, report.num_samples));
    }
    text += row("time", duration(report.seconds) + ", " + rounded(rate, 3) + " sample-layers/s (" +
                            std::string(instruction_set()) + ", " + std::to_string(report.num_threads) +
                            (report.num_threads == 1 ? " thread)" : " threads)"));
    std::string files;
    for (const std::string& file : report.files) {
        files += (files.empty() ? "" : ", ") + file;
    }
    return text + row("files", report.directory + (files.empty() ? "" : ": " + files));
}

}  // namespace skein::app
