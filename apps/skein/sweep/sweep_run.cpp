#include "sweep/sweep_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "cli/directory_lock.hpp"
#include "console/exit_codes.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "skein/files/array_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/files/sweep_files.hpp"
#include "sweep/sweep_directory.hpp"
#include "sweep/sweep_pictures.hpp"
#include "sweep/sweep_progress.hpp"
#include "sweep/sweep_writer.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

template <class Scalar>
void require_room(const Configuration& configuration, const SweepJob<Scalar>& job, const fs::path& directory) {
    const std::uint64_t needed = SweepFiles<Scalar>::total_bytes(job.sweep);
    const std::uint64_t free = free_bytes(directory);
    if (needed > free) {
        configuration.fail(
            "out", fmt::format("the arrays of {} points take {} bytes, but {} has room for {}",
                               grouped(job.sweep.num_points()), grouped(needed), directory.string(), grouped(free)));
    }
}

/// Whether the directory holds an unfinished sweep of these settings. Throws std::invalid_argument if it holds anything
/// else.
bool can_continue(const Configuration& configuration, const SweepOutput& output, const SweepRecord& record) {
    const std::optional<SweepRecord> held = held_sweep(configuration, output);
    if (!held) {
        return false;
    }
    if (held->is_finished) {
        configuration.fail(
            "out", fmt::format("{} holds a finished sweep: expected a new directory, or --force", output.directory));
    }
    require_same_settings(configuration, *held, record);
    return true;
}

/// The order matters to a kill at any moment: without a checkpoint nothing of the earlier sweep is continued; once
/// run.json names this sweep, the same command begins it again.
template <class Scalar>
void take_over(const fs::path& directory, const SweepRecord& record) {
    SweepFiles<Scalar>::remove_checkpoint(directory);
    write_file(directory / "run.json", sweep_record_json(record));
}

template <class Scalar>
SweepFiles<Scalar> open_files(const Configuration& configuration, const SweepOutput& output,
                              const SweepJob<Scalar>& job, const SweepRecord& record) {
    if (can_continue(configuration, output, record) && SweepFiles<Scalar>::is_unfinished(output.directory)) {
        return SweepFiles<Scalar>::open(output.directory, job.sweep);
    }
    require_room(configuration, job, output.directory);
    take_over<Scalar>(output.directory, record);
    remove_sweep_pictures(output.directory);
    return SweepFiles<Scalar>::create(output.directory, job.sweep);
}

/// Trains some points at a time, until all are done or a stop is requested. The points that have finished by then are
/// kept.
template <class Scalar>
void train_points(const SweepJob<Scalar>& job, SweepFiles<Scalar>& files, bool quiet, SweepReport& report) {
    const std::uint64_t num_points = job.sweep.num_points();
    const std::size_t at_a_time = points_at_a_time(job.sweep, report.num_threads);
    std::uint64_t next = files.points_done();
    SweepProgress progress(num_points, next, job.sweep.work_per_point(), report.num_threads, quiet);
    SweepWriter<Scalar> writer(files);
    while (next < num_points && stop_signal() == 0) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(at_a_time, num_points - next));
        SweepOutcome<Scalar> outcome = job.sweep.run(next, count, &progress);
        next += count;
        report.sample_layers += outcome.points.sample_layers;
        const bool is_given_up = is_stopped(outcome.points);
        writer.append(std::move(outcome));
        if (is_given_up) {
            break;
        }
    }
    writer.wait();
    report.seconds = progress.seconds();
    report.points_done = files.points_done();
    report.compression = files.compression();
    report.signal = report.points_done < num_points ? stop_signal() : 0;
}

/// Counts the outcomes in the arrays, those of an earlier call included.
void count_outcomes(const fs::path& directory, const std::vector<Axis>& axes, SweepReport& report) {
    std::vector<std::size_t> shape;
    for (const Axis& axis : axes) {
        shape.insert(shape.begin(), axis.num_points);
    }
    const ArrayFile status = ArrayFile::open(directory / "status.npy", ElementType::uint8, shape);
    const ArrayFile decreased = ArrayFile::open(directory / "loss_decreased.npy", ElementType::boolean, shape);
    constexpr std::uint64_t kPointsAtATime = 1 << 20;
    for (std::uint64_t first = 0; first < report.points_done; first += kPointsAtATime) {
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(std::min(kPointsAtATime, report.points_done - first)));
        status.read(first, std::span<std::uint8_t>(codes));
        for (const std::uint8_t code : codes) {
            ++report.by_status[std::min<std::size_t>(code, report.by_status.size() - 1)];
        }
        decreased.read(first, std::span<std::uint8_t>(codes));
        report.learned += static_cast<std::uint64_t>(std::ranges::count(codes, std::uint8_t{1}));
    }
}

template <class Scalar>
SweepReport new_report(const SweepJob<Scalar>& job, const SweepOutput& output) {
    SweepReport report;
    report.directory = output.directory;
    report.num_points = job.sweep.num_points();
    report.is_forced = output.replaces_sweep;
    if (const CompressedData<Scalar>* const compressed = job.sweep.data().compressed()) {
        report.tolerance = compressed->tolerance();
    }
    report.compression_seconds = job.compression_seconds;
    report.num_samples = job.sweep.data().num_samples();
    report.num_threads = num_threads(job.sweep.settings().training.execution);
    return report;
}

/// Draws the pictures while the arrays go to the disk, and completes run.json.
template <class Scalar>
void finish(const SweepJob<Scalar>& job, const SweepOutput& output, SweepRecord record, SweepFiles<Scalar>& files,
            SweepReport& report) {
    report.files = files.names();
    std::future<void> synced = std::async([&] { files.sync(); });
    const std::string title = output.preset.empty() ? "skein sweep" : fmt::format("skein sweep: {}", output.preset);
    for (const std::string& name : draw_sweep(output.directory, job, title, output.is_quiet)) {
        report.files.push_back(name);
    }
    synced.get();
    Json outcome = report_json(report);
    outcome.erase("directory");
    record.is_finished = true;
    record.outcome = outcome.dump();
    write_file(fs::path(output.directory) / "run.json", sweep_record_json(record));
    files.finish();
}

template <class Scalar>
void run_in_directory(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job,
                      SweepReport& report) {
    const SweepRecord record = new_record(configuration, report.num_threads);
    if (!fs::exists(output.directory)) {
        require_room(configuration, job, output.directory);
        fs::create_directories(output.directory);
    }
    const DirectoryLock lock(configuration, output.directory);
    SweepFiles<Scalar> files = open_files(configuration, output, job, record);
    report.points_before = files.points_done();
    train_points(job, files, output.is_quiet, report);
    count_outcomes(output.directory, job.axes, report);
    if (!output.is_quiet) {
        warn_of_stopped(report);
    }
    if (report.points_done == report.num_points) {
        finish(job, output, record, files, report);
    } else {
        files.sync();
    }
}

}  // namespace

template <class Scalar>
SweepReport run_sweep(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job) {
    SweepReport report = new_report(job, output);
    try {
        run_in_directory(configuration, output, job, report);
    } catch (const FileError& error) {
        throw Failure(error.what());
    } catch (const fs::filesystem_error& error) {
        throw Failure(fmt::format("{}: cannot be created: {}", output.directory, error.code().message()));
    }
    return report;
}
template SweepReport run_sweep(const Configuration&, const SweepOutput&, const SweepJob<float>&);
template SweepReport run_sweep(const Configuration&, const SweepOutput&, const SweepJob<double>&);

template <class Scalar>
int run_and_print(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job) {
    catch_stop_signals();
    const SweepReport report = run_sweep(configuration, output, job);
    write_output(output.prints_json ? json_line(report_json(report)) : report_text(report, job.axes));
    return report.signal == 0 ? kDone : kSignalBase + report.signal;
}
template int run_and_print(const Configuration&, const SweepOutput&, const SweepJob<float>&);
template int run_and_print(const Configuration&, const SweepOutput&, const SweepJob<double>&);

template <class Scalar>
void replace_sweep(const Configuration& configuration, const SweepOutput& output, const SweepJob<Scalar>& job) {
    try {
        const SweepRecord record = new_record(configuration, num_threads(job.sweep.settings().training.execution));
        const DirectoryLock lock(configuration, output.directory);
        take_over<Scalar>(output.directory, record);
    } catch (const FileError& error) {
        throw Failure(error.what());
    }
}
template void replace_sweep(const Configuration&, const SweepOutput&, const SweepJob<float>&);
template void replace_sweep(const Configuration&, const SweepOutput&, const SweepJob<double>&);

}  // namespace skein::app
