// skein evaluate, through the program.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/back_propagation.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/npy.hpp"
#include "support/temporary_directory.hpp"
#include "support/train_program.hpp"

namespace skein::test {

TEST_CASE("evaluate tells the loss of a stored chain, and writes predictions") {
    const TemporaryDirectory directory;
    const Json trained = run_json(kShortRun + Arguments{"--out", directory.file("run").string()});
    const std::string chain = directory.file("run") / "chain.json";
    const Json same = run_json({"evaluate", "--chain", chain, "--data", "teacher:samples=3000,noise=0.1"});
    CHECK(same["loss"] == trained["loss"]);
    CHECK(same["samples"] == 3000);
    CHECK(same["root_mean_square_error"].get<double>() == std::sqrt(trained["loss"].get<double>()));

    const std::string data = directory.file("data.csv", "x,y,m\n0.5,1,1\n-2,0.25,3\n");
    const Json weighted =
        run_json({"evaluate", "--chain", chain, "--data", data, "--predictions", directory.file("p.csv").string()});
    const auto stored = read_chain<double>(chain);
    const double first = back_propagate(stored, 0.5, 1.0).activations.back();
    const double second = back_propagate(stored, -2.0, 0.25).activations.back();
    const double mean = ((first - 1.0) * (first - 1.0) + 3.0 * (second - 0.25) * (second - 0.25)) / 4.0;
    CHECK(std::abs(weighted["loss"].get<double>() - mean) <= 4e-16 * mean);
    const auto rows = csv_rows(content_of(directory.file("p.csv")));
    CHECK(rows.size() == 3);
    CHECK(rows[0] == Arguments{"x", "y", "prediction"});
    CHECK(std::stod(rows[1][2]) == first);
    CHECK(std::stod(rows[2][2]) == second);
    run_json({"evaluate", "--chain", chain, "--data", data, "--predictions", directory.file("p.npy").string()});
    const auto array = read_npy<double>(directory.file("p.npy"));
    CHECK(array.shape == std::vector<std::size_t>{2, 3});
    CHECK(array.values == std::vector<double>{0.5, 1.0, first, -2.0, 0.25, second});
}

}  // namespace skein::test
