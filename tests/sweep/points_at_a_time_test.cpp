// A sweep in blocks: how large they are, what is told of one in work, and what is kept of one that is stopped.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "skein/compressed_dataset.hpp"
#include "skein/files/array_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/run_directory.hpp"
#include "skein/files/sweep_files.hpp"
#include "support/sweep_cases.hpp"
#include "support/temporary_directory.hpp"

namespace skein {
namespace {

SweepAxis counted_axis(const std::string& name, std::size_t count) {
    return {parse_sweep_parameter(name), linear_values(1, static_cast<double>(count), count)};
}

SweepSettings settings_with(std::vector<SweepAxis> axes, std::uint64_t num_samples, std::uint64_t max_steps) {
    SweepSettings settings;
    settings.axes = std::move(axes);
    settings.num_layers = 4;
    settings.training.stop.max_steps = max_steps;
    settings.training.learning_rates = {0.01};
    settings.generated.emplace();
    settings.generated->num_samples = num_samples;
    settings.generated->teacher_weights = {1.2};
    return settings;
}

std::size_t block_of(const SweepSettings& settings, int num_threads) {
    return points_at_a_time(test::make_sweep<double>(settings), num_threads);
}

/// Asks to stop once a tile is through, and adds up what it is told.
class StopAfterTile final : public EnsembleObserver {
public:
    explicit StopAfterTile(std::atomic<bool>& stop) : stop_(stop) {}
    void after_tile(std::size_t num_lanes) override {
        lanes += num_lanes;
        stop_ = true;
    }
    void after_work(std::uint64_t sample_layers) override {
        work += sample_layers;
        calls_before_a_tile += lanes == 0 ? 1 : 0;
    }
    std::size_t lanes = 0;
    std::uint64_t work = 0;
    int calls_before_a_tile = 0;

private:
    std::atomic<bool>& stop_;
};

}  // namespace

TEST_CASE("blocks have half a second of work, down to a row for every thread") {
    const std::vector<SweepAxis> rates{counted_axis("learning_rate", 100'000)};
    // 4 layers x (100 steps and a final loss) x 25 samples: 10,100 sample-layers.
    CHECK(block_of(settings_with(rates, 25, 100), 1) == 24'752);
    CHECK(block_of(settings_with(rates, 25, 100), 3) == 3 * 24'752);
    CHECK(block_of(settings_with(rates, 25, 1'000'000), 1) == 16);
    CHECK(block_of(settings_with(rates, 1'000'000, 1'000'000), 2) == 32);
    CHECK(block_of(settings_with({counted_axis("learning_rate", 5)}, 25, 1'000'000), 2) == 5);
}

TEST_CASE("blocks have full rows of every depth, unless there are less points") {
    CHECK(block_of(settings_with({counted_axis("layers", 8), counted_axis("learning_rate", 1000)}, 25, 10'000'000),
                   1) == 8 * 16);
    CHECK(block_of(settings_with({counted_axis("learning_rate", 1000), counted_axis("layers", 8)}, 25, 10'000'000),
                   1) == 16);
    CHECK(block_of(settings_with({counted_axis("layers", 8), counted_axis("batch", 4)}, 25, 10'000'000), 2) == 2);
}

TEST_CASE("blocks have bounded memory") {
    SweepSettings settings = settings_with({counted_axis("learning_rate", 20'000)}, 1, 10'000);
    settings.recorded_steps.resize(10'000);
    std::iota(settings.recorded_steps.begin(), settings.recorded_steps.end(), 0u);
    CHECK(block_of(settings, 1) < 1200);  // a quarter of a GB, at three times 80,000 bytes each
    CHECK(block_of(settings, 1) > 1000);
    CHECK(block_of(settings, 64) == block_of(settings, 1));
    CHECK(block_of(settings_with({counted_axis("layers", 1'000'000)}, 1, 1), 4) == 16);
}

TEST_CASE("a block that is stopped keeps the points that are through, and tells of work before a tile is") {
    const test::TemporaryDirectory directory;
    std::atomic<bool> stop{false};
    SweepSettings settings = settings_with({counted_axis("learning_rate", 64)}, 1000, 100);
    settings.training.execution = {1, 16, &stop};
    settings.recorded_steps = {0, 3};
    const Sweep<double> sweep = test::make_sweep<double>(settings);
    const SweepOutcome<double> whole = sweep.run(0, 64);
    CHECK(num_finished(whole.points) == 64);

    StopAfterTile observer(stop);
    const SweepOutcome<double> part = sweep.run(0, 64, &observer);
    CHECK(num_finished(part.points) == 16);
    CHECK(is_stopped(part.points));
    CHECK(observer.lanes == 16);
    CHECK(observer.work == part.points.sample_layers);
    CHECK(observer.calls_before_a_tile > 1);

    const std::filesystem::path out = directory.file("s");
    std::filesystem::create_directory(out);
    SweepFiles<double> files = SweepFiles<double>::create(out, sweep);
    files.append(part, num_finished(part.points));
    files.sync();
    files = SweepFiles<double>::open(out, sweep);
    REQUIRE(files.points_done() == 16);
    stop = false;
    files.append(sweep.run(16, 48));
    const std::size_t shape[] = {64, 2};
    const ArrayFile array = ArrayFile::open(out / "recorded_losses.npy", ElementType::float64, shape);
    std::vector<double> losses(128);
    array.read(0, std::span<double>(losses));
    for (std::size_t at = 0; at < losses.size(); ++at) {
        const double expected = whole.points.recorded_losses[at % 2 * 64 + at / 2];
        CHECK(std::bit_cast<std::uint64_t>(losses[at]) == std::bit_cast<std::uint64_t>(expected));
    }
    CHECK(whole.points.compression.empty());
    CHECK(!files.compression());
}

namespace {

/// A sweep over compressed data. Its chains have two depths, so that lanes are not points in their order; the bound of
/// some of them exceeds the tolerance.
struct CompressedSweep {
    explicit CompressedSweep(bool is_at_hand)
        : samples(generate<double>(*settings.generated)),
          data(compress(samples, coarse()), 1e-10, is_at_hand ? std::optional(samples) : std::nullopt) {
        settings.training.execution = {1, 16, &stop};
        settings.generated.reset();
    }
    static CompressionSettings coarse() {
        CompressionSettings coarse;
        coarse.panel_exponent = -3;
        return coarse;
    }
    std::atomic<bool> stop{false};
    SweepSettings settings = settings_with({counted_axis("layers", 2), counted_axis("weight", 32)}, 2000, 100);
    Dataset<double> samples;
    CompressedData<double> data;
};

}  // namespace

TEST_CASE("what compressed data met goes with the points that are kept") {
    for (const bool is_at_hand : {false, true}) {
        CompressedSweep compressed(is_at_hand);
        const Sweep<double> sweep(compressed.settings, compressed.data);
        const std::vector<CompressionRecord> whole = sweep.run(0, 64).points.compression;
        REQUIRE(whole.size() == 64);
        const CompressionRecord all = CompressionRecord::sum(whole);
        CHECK(all.num_compressed > 0);
        CHECK((all.num_exact > 0) == is_at_hand);
        CHECK(all.largest_bound > 0);
        CHECK(all.largest_refused_bound > 1e-10);
        SweepSettings on_threads = compressed.settings;
        on_threads.training.execution = {3, 16, nullptr};
        CHECK(Sweep<double>(on_threads, compressed.data).run(0, 64).points.compression == whole);

        StopAfterTile observer(compressed.stop);
        const SweepOutcome<double> part = sweep.run(0, 64, &observer);
        CHECK(is_stopped(part.points));
        // The first tile has the 16 first points of one depth: every other point.
        const std::size_t count = num_finished(part.points);
        REQUIRE(count == 1);
        CHECK(std::ranges::count(part.points.cause, Cause::stop_request) == 48);
        for (std::size_t point = 0; point < 64; ++point) {
            CHECK(part.points.compression[point] ==
                  (part.points.cause[point] == Cause::stop_request ? CompressionRecord() : whole[point]));
        }
    }
}

TEST_CASE("what compressed data met outlives the process") {
    for (const bool is_at_hand : {false, true}) {
        CompressedSweep compressed(is_at_hand);
        const Sweep<double> sweep(compressed.settings, compressed.data);
        const std::vector<CompressionRecord> whole = sweep.run(0, 64).points.compression;
        StopAfterTile observer(compressed.stop);
        const SweepOutcome<double> part = sweep.run(0, 64, &observer);
        const test::TemporaryDirectory directory;
        const std::filesystem::path& out = directory.path();
        SweepFiles<double> files = SweepFiles<double>::create(out, sweep);
        CHECK(files.compression() == CompressionRecord());
        files.append(part, num_finished(part.points));
        files.sync();
        compressed.stop = false;
        files.append(sweep.run(1, 20));  // is lost, as by a kill
        files = SweepFiles<double>::open(out, sweep);
        REQUIRE(files.points_done() == 1);
        CHECK(files.compression() == whole[0]);
        files.append(sweep.run(1, 63));
        CHECK(files.compression() == CompressionRecord::sum(whole));
        files.sync();
        CHECK(SweepFiles<double>::open(out, sweep).compression() == CompressionRecord::sum(whole));

        std::string checkpoint = test::content_of(out / "checkpoint");
        const std::size_t at = checkpoint.find("largest_bound ") + 14;
        checkpoint[at] = checkpoint[at] == '1' ? '2' : '1';
        write_file(out / "checkpoint", checkpoint);
        CHECK_THROWS_AS((void)SweepFiles<double>::open(out, sweep), FileError);
    }
}

}  // namespace skein
