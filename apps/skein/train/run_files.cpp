#include "train/run_files.hpp"

#include <fmt/format.h>

#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "console/text.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/run_configuration.hpp"

namespace skein::app {
namespace {

/// Draws the picture of the losses. If that fails it warns in one line: the numbers are written.
bool draw_losses(const std::filesystem::path& path, const std::vector<HistoryRow>& rows, const std::string& title,
                 bool quiet) {
    if (!can_draw_figures()) {
        if (!quiet) {
            write_warning("loss.png is not drawn: gnuplot is not installed (Debian: gnuplot-nox)");
        }
        return false;
    }
    try {
        draw(path, loss_figure(rows, title));
        return true;
    } catch (const FileError& error) {
        write_warning(error.what());
        return false;
    }
}

/// Writes a file of the run by `write()`, and notes it before the others. A failure is recorded, not thrown, so that
/// the other files and the summary are still written.
template <class Write>
void write_one(const std::string& name, TrainReport& report, const Write& write) {
    report.files.insert(report.files.begin(), name);
    try {
        write();
    } catch (const FileError& error) {
        report.files.erase(report.files.begin());
        report.file_errors.push_back(error.what());
    }
}

}  // namespace

template <class Scalar>
void write_run(const RunDirectory& directory, const Configuration& configuration, bool is_quiet,
               const Chain<Scalar>& chain, const std::vector<HistoryRow>& rows, TrainReport& report) {
    report.directory = directory.path().string();
    write_one("chain.json", report, [&] { write_chain(directory.file("chain.json"), chain, report.fit.scaling); });
    write_one("history.csv", report, [&] { write_file(directory.file("history.csv"), history_csv(rows)); });
    if (draw_losses(directory.file("loss.png"), rows, "Training on " + report.data, is_quiet)) {
        report.files.push_back("loss.png");
    }
    write_one("run.json", report,
              [&] { write_file(directory.file("run.json"), run_json(report, configuration_json(configuration))); });
}
template void write_run(const RunDirectory&, const Configuration&, bool, const Chain<float>&,
                        const std::vector<HistoryRow>&, TrainReport&);
template void write_run(const RunDirectory&, const Configuration&, bool, const Chain<double>&,
                        const std::vector<HistoryRow>&, TrainReport&);

void throw_file_errors(const TrainReport& report) {
    if (report.file_errors.empty()) {
        return;
    }
    throw Failure(fmt::format("{}; of this run {} holds {}", joined(report.file_errors, "; "), report.directory,
                              report.files.empty() ? "nothing" : "only " + joined(report.files)));
}

}  // namespace skein::app
