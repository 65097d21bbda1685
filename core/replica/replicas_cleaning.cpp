// Replicas: the log cleaner at work, and what is told of it.
#include "core/replica/replicas.hpp"

namespace kafkasim {

void Replicas::clean(Env& env) {
  if (failed_) return;
  const auto event = cleaner_.step(directory_, env.now, env.wall, env.disk);
  if (!worked(event, env) || !*event) return;
  std::visit([this, &env](const auto& what) { on_cleaner(what, env); }, **event);
}

void Replicas::on_cleaner(const LogCleaner::Began& began, Env& env) {
  checkpoint_recovery_points(env);
  env.out.note(trace::LogCleaningBegan{began.id, began.to});
}

void Replicas::on_cleaner(const LogCleaner::Finished& finished, Env& env) {
  env.out.note(trace::LogCleaned{.partition = finished.id,
                                 .from = finished.from,
                                 .to = finished.to,
                                 .bytes_before = finished.stats.bytes_before,
                                 .bytes_after = finished.stats.bytes_after});
}

void Replicas::on_cleaner(const LogCleaner::Uncleanable& uncleanable, Env& env) {
  env.out.note(trace::Remark{"the log cleaner leaves " + directory_.find(uncleanable.id)->directory()
                             + " alone: " + uncleanable.problem});
}

}  // namespace kafkasim
