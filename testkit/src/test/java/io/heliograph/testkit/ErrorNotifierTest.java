package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorNotifierTest {

    private final RecordedLog recorded = new RecordedLog();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final SerialExecutor executor = new SerialExecutor(Dispatch.direct(), loop);
    private final ErrorNotifier errors = new ErrorNotifier(recorded.logger(), executor, new Counters());
    private final List<Runnable> tasks = new ArrayList<>();
    private final Counters counters = new Counters();
    private final ErrorNotifier limited =
            new ErrorNotifier(recorded.logger(), new SerialExecutor(tasks::add), counters);
    private final IllegalStateException failure = new IllegalStateException("no order");

    @Test
    void userCodeIsLoggedAndReportedToTheErrorListeners() {
        List<Object> heard = new ArrayList<>();
        errors.on(heard::add);
        executor.execute(() -> heard.add("earlier event"));
        errors.userCode("procedure=sum", "17", failure);
        loop.runReady();
        assertThat(heard).containsExactly("earlier event", failure);
        assertThat(recorded.lines()).containsExactly("WARN User code failed: procedure=sum connection=17");
    }

    @Test
    void userCodeOfAPartReachesTheListenersOfTheEndpoint() {
        List<Object> heard = new ArrayList<>();
        errors.on(heard::add);
        errors.part().emitUserCode("topic=hello", null, failure);
        assertThat(heard).containsExactly(failure);
    }

    @Test
    void userCodeWithoutErrorListenerIsLoggedOnce() {
        errors.userCode("procedure=sum", "17", failure);
        errors.emitUserCode("procedure=sum", "18", failure);
        loop.runReady();
        assertThat(recorded.events()).hasSize(1);
    }

    @Test
    void failureOfAnErrorListenerIsLoggedAndTheOthersAreCalled() {
        List<Object> heard = new ArrayList<>();
        errors.on(e -> {
            throw new LinkageError("missing class");
        });
        errors.on(heard::add);
        errors.emit(failure);
        assertThat(heard).containsExactly(failure);
        assertThat(recorded.lines()).containsExactly("WARN User code failed: error listener");
    }

    @Test
    void threeThousandFailuresWithoutListenerAreOneLine() {
        for (int i = 0; i < 3000; i++) {
            errors.report(new TransportException("ECONNRESET", "call " + i + " failed", null));
            loop.runReady();
        }
        assertThat(recorded.events()).hasSize(1);
    }

    @Test
    void errorsBeyondTheLimitAreCountedAndRoomIsFreeAgain() {
        List<Object> heard = new ArrayList<>();
        limited.on(heard::add);
        for (int i = 0; i < ErrorNotifier.MAX_PENDING + 10; i++) {
            limited.report(failure);
        }
        assertThat(counters.drops()).containsEntry(DropReason.ERROR_UNREPORTED, 10L);
        assertThat(recorded.lines()).hasSize(1).first().asString().contains("Errors are only counted");
        runAll();
        assertThat(heard).hasSize(ErrorNotifier.MAX_PENDING);
        for (int i = 0; i < ErrorNotifier.MAX_PENDING; i++) {
            limited.report(failure);
        }
        runAll();
        assertThat(heard).hasSize(2 * ErrorNotifier.MAX_PENDING);
    }

    @Test
    void thrownErrorsReachListenersAndAreNotLogged() {
        errors.emitThrown(failure);
        errors.reportThrown(failure);
        loop.runReady();
        List<Object> heard = new ArrayList<>();
        errors.on(heard::add);
        errors.part().emitThrown(failure);
        errors.reportThrown(failure);
        loop.runReady();
        assertThat(heard).containsExactly(failure, failure);
        assertThat(recorded.events()).isEmpty();
    }

    @Test
    void withdrawnErrorsLeaveTheirRoom() {
        for (int i = 0; i < 3 * ErrorNotifier.MAX_PENDING; i++) {
            assertThat(limited.admit("rejected")).isTrue();
            limited.withdraw();
        }
        assertThat(counters.drops()).isEmpty();
    }

    private void runAll() {
        List.copyOf(tasks).forEach(Runnable::run);
        tasks.clear();
    }
}
