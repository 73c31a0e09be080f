package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Migration.Kind;
import io.github.systemd4j.cgroups.Migration.Request;
import io.github.systemd4j.cgroups.Migration.Risk;
import io.github.systemd4j.cgroups.Migration.Staying;
import io.github.systemd4j.cgroups.Migration.Step;
import io.github.systemd4j.cgroups.MigrationReport.Hierarchy;
import io.github.systemd4j.cgroups.MigrationReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Carries out a plan, or takes it back. */
final class Mover {

    /** However little time there was to move: to leave it half done is worse. */
    private static final Duration LEAST_TO_GO_BACK = Duration.ofSeconds(3);

    private final Cgroups system;
    private final Request request;
    private final List<Step> steps;
    private final List<Staying> staying;
    private final List<StepMover> done = new ArrayList<>();
    private final Hold hold;

    Mover(Cgroups system, Request request, List<Step> steps, List<Staying> staying, List<Group> sources) {
        this.hold = new Hold(request.children() ? sources : List.of());
        this.system = system;
        this.request = request;
        this.steps = steps;
        this.staying = staying;
    }

    MigrationReport move() {
        try {
            for (Step step : steps) {
                StepMover mover = new StepMover(system, request, step, hold, new Pause(request.limit()));
                done.add(mover);
                mover.move();
            }
            return report(Outcome.DONE, null);
        } catch (CgroupException e) {
            return report(rollBack(e) ? Outcome.ROLLED_BACK : Outcome.STRANDED, e);
        } finally {
            hold.end();
        }
    }

    /** The last step first. One that cannot be taken back does not keep the others from it. */
    private boolean rollBack(CgroupException failure) {
        Duration limit = request.limit().compareTo(LEAST_TO_GO_BACK) < 0 ? LEAST_TO_GO_BACK : request.limit();
        boolean back = true;
        for (int i = done.size() - 1; i >= 0; i--) {
            try {
                done.get(i).takeBack(new Pause(limit));
            } catch (CgroupException e) {
                failure.addSuppressed(e);
                back = false;
            }
        }
        return back;
    }

    private MigrationReport report(Outcome outcome, @Nullable CgroupException problem) {
        List<Hierarchy> hierarchies = done.stream().map(StepMover::report).toList();
        return new MigrationReport(outcome, hierarchies, staying, Optional.ofNullable(problem));
    }

    MigrationReport rehearse() {
        List<Hierarchy> hierarchies = new ArrayList<>();
        CgroupException problem = null;
        for (Step step : steps) {
            try {
                List<Long> pids = new StepMover(system, request, step, hold, new Pause(request.limit())).listed();
                hierarchies.add(new Hierarchy(
                        step.hierarchy(), step.from().name(), step.to().name(), pids.size(), 0, 0, 0));
                problem = problem == null ? obstacle(step, pids) : problem;
            } catch (CgroupException e) {
                problem = problem == null ? e : problem;
            }
        }
        return new MigrationReport(Outcome.PLANNED, hierarchies, staying, Optional.ofNullable(problem));
    }

    /** A group that is yet to be made has nothing against anybody; a cpuset is filled before. */
    private @Nullable CgroupException obstacle(Step step, List<Long> pids) {
        for (long pid : step.creates() ? List.<Long>of() : pids) {
            CgroupException obstacle = Refusal.foreseen(step.to(), pid);
            if (obstacle != null && obstacle.errno() != Errno.ESRCH && obstacle.errno() != Errno.ENOSPC) {
                return obstacle;
            }
        }
        return null;
    }

    /** Whether this very process may be moved. */
    static boolean mayMoveSelf(Request request) {
        return request.kind() == Kind.PROCESS || request.kind() == Kind.THREAD || request.allows(Risk.OWN_GROUP);
    }
}
