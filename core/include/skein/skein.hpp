/// All of skein but its Eigen face (skein/eigen.hpp) and its files (skein/files.hpp).
#pragma once

#include "skein/activation.hpp"
#include "skein/back_propagation.hpp"
#include "skein/batch_order.hpp"
#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/elementary.hpp"
#include "skein/execution.hpp"
#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"
#include "skein/instruction_set.hpp"
#include "skein/names.hpp"
#include "skein/optimizer.hpp"
#include "skein/random.hpp"
#include "skein/schedule.hpp"
#include "skein/trainer.hpp"
#include "skein/version.hpp"
