#include "data/data_transfer.hpp"

#include <fmt/core.h>

#include <optional>

#include "cli/output_paths.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/machine.hpp"
#include "console/numbers.hpp"
#include "console/ordered_pieces.hpp"
#include "console/signals.hpp"
#include "console/streams.hpp"
#include "console/summary_table.hpp"
#include "console/text.hpp"
#include "input/data_progress.hpp"
#include "skein/execution.hpp"
#include "skein/files/sample_writer.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

template <class Scalar>
struct TransferPiece {
    SamplePiece<Scalar> source;
    EncodedSamples encoded;
};

std::string names_of_files(const std::vector<fs::path>& files) {
    return files[0].string() + (files.size() == 2 ? ", " + files[1].string() : "");
}

/// Refuses a disk that is too small before anything is written.
template <class Scalar>
void require_room(const Configuration& configuration, const std::vector<fs::path>& files, std::size_t num_columns,
                  std::uint64_t num_samples) {
    const std::optional<std::uint64_t> needed = sample_files_bytes<Scalar>(files, num_columns, num_samples);
    const std::uint64_t free = free_bytes(files[0]);
    if (needed && *needed > free) {
        configuration.fail(
            "out", fmt::format("{} samples take {} bytes, but the disk of {} has room for {}", grouped(num_samples),
                               grouped(*needed), files[0].string(), grouped(free)));
    }
}

/// False if a signal came first.
template <class Scalar>
bool copy_samples(const Configuration& configuration, SampleStream<Scalar>& stream, SampleWriter<Scalar>& writer,
                  DataProgress& progress) {
    const Execution execution{static_cast<int>(configuration.count("threads", 0, kMaxThreads)), 0};
    std::optional<double> fraction;
    const auto read = [&](TransferPiece<Scalar>& piece) { return stream.next(piece.source); };
    const auto work = [&](TransferPiece<Scalar>& piece) {
        stream.fill(piece.source);
        writer.encode(piece.source.samples, piece.encoded);
    };
    const auto write = [&](TransferPiece<Scalar>& piece) {
        writing([&] { writer.append(piece.encoded); });
        if (stream.num_samples()) {
            fraction = static_cast<double>(writer.num_samples()) / static_cast<double>(*stream.num_samples());
        }
        progress.update(writer.num_samples(), fraction, writer.size_bytes());
    };
    for_each_in_order(num_threads(execution), TransferPiece<Scalar>{}, read, work, write);
    return stop_signal() == 0;
}

Json report_json(const TransferReport& report) {
    Json json{{"status", report.signal == 0 ? "finished" : "stopped"},
              {"data", report.from},
              {"files", Json::array()},
              {"samples", report.num_samples},
              {"skipped_rows", report.num_skipped_rows},
              {"precision", report.precision},
              {"bytes", report.size_bytes},
              {"seconds", report.seconds},
              {"version", version()},
              {"numerics_version", kNumericsVersion}};
    for (const fs::path& file : report.files) {
        json["files"].push_back(file.string());
    }
    return json;
}

std::string report_text(const TransferReport& report) {
    const std::string samples = counted(report.num_samples, "sample");
    if (report.signal != 0) {
        return fmt::format("stopped by {} after {}: {} {} not written\n", signal_name(report.signal), samples,
                           names_of_files(report.files), report.files.size() == 1 ? "is" : "are");
    }
    SummaryTable table;
    table.add("data", report.from);
    table.add("files", fmt::format("{} ({}, {} bytes)", names_of_files(report.files), report.precision,
                                   grouped(report.size_bytes)));
    table.add("time", fmt::format("{}, {} samples/s, {}", duration(report.seconds),
                                  rounded(static_cast<double>(report.num_samples) / report.seconds, 3),
                                  bytes_per_second(static_cast<double>(report.size_bytes) / report.seconds)));
    return fmt::format("done: {}\n\n{}", samples, table.text());
}

}  // namespace

template <class Scalar>
TransferReport transfer(const Configuration& configuration, SampleStream<Scalar>& stream,
                        const std::vector<fs::path>& files) {
    const std::size_t num_columns = stream.num_columns();
    if (num_columns == 3 && files.size() == 2) {
        configuration.fail("out",
                           "the samples have weights, but X.npy,Y.npy hold only x and y: expected FILE.npy or "
                           "FILE.csv");
    }
    if (stream.num_samples()) {
        require_room<Scalar>(configuration, files, num_columns, *stream.num_samples());
    }
    catch_stop_signals();  // before files are created: a stopped command must remove them
    DataProgress progress(stream.num_samples(), configuration.flag("quiet"));
    auto writer = writing([&] { return SampleWriter<Scalar>(files, num_columns, stream.num_samples()); });
    const bool is_complete = copy_samples(configuration, stream, writer, progress);
    if (is_complete) {
        progress.show("writing to the disk");
        writing([&] { writer.finish(); });
    }
    return {{},
            std::string(float_name<Scalar>()),
            files,
            writer.num_samples(),
            writer.size_bytes(),
            progress.seconds(),
            is_complete ? 0 : stop_signal(),
            0};
}

template TransferReport transfer(const Configuration&, SampleStream<float>&, const std::vector<fs::path>&);
template TransferReport transfer(const Configuration&, SampleStream<double>&, const std::vector<fs::path>&);

int finish_transfer(const Configuration& configuration, const TransferReport& report) {
    write_output(configuration.flag("json") ? json_line(report_json(report)) : report_text(report));
    return report.signal == 0 ? kDone : kSignalBase + report.signal;
}

}  // namespace skein::app
