package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
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
}
