// The outcomes that skein sweep keeps and shows.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("program: --loss-increases keeps an array, and --picture shows any outcome that is kept") {
    const TemporaryDirectory directory;
    const fs::path out = directory.file("s");
    Arguments arguments{"--layers=1", "--activation=identity",    "--weights=0.25",
                        "--steps=20", "--data=teacher:samples=4", "--axis=learning_rate=values:1e-3:1e3",
                        "--quiet",    "--picture=loss_increases", "--out=" + out.string()};
    CHECK(error_of(arguments) ==
          "--picture: this sweep keeps no loss_increases: expected --loss-increases, or another picture");
    arguments.emplace_back("--loss-increases");
    REQUIRE(sweep(arguments).exit_code == 0);
    const auto increases = read_array<std::uint64_t>(out / "loss_increases.npy", ElementType::uint64, {2});
    CHECK(increases[0] == 0);
    CHECK(increases[1] == 19);
    CHECK(fs::exists(out / "picture.png"));
    CHECK(contains(content_of(out / "run.json"), "\"loss-increases\": true"));
}

}  // namespace skein::test
