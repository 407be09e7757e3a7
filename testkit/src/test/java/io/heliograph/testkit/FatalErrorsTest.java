package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.EventStream;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** User code that ends with an error of the JVM: the other listeners and the later events are not affected. */
class FatalErrorsTest {

    private final ManualEventLoop loop = ManualEventLoop.create();

    static Stream<Consumer<Object>> failures() {
        return Stream.of(
                event -> recurse(0),
                event -> {
                    throw new OutOfMemoryError("expected in this test");
                },
                event -> {
                    throw new NoClassDefFoundError("expected in this test");
                },
                event -> {
                    throw new InternalError("expected in this test");
                },
                event -> sneak(new InterruptedException("expected in this test")));
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // throws a checked exception unchecked
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void laterTasksAndOtherThreadsContinue(Consumer<Object> failing) {
        for (Dispatch dispatch : List.of(Dispatch.direct(), Dispatch.virtual(), Dispatch.on(Runnable::run))) {
            List<String> ran = new CopyOnWriteArrayList<>();
            SerialExecutor executor = new SerialExecutor(dispatch, loop);
            executor.execute(() -> failing.accept("event"));
            executor.execute(() -> ran.add("next"));
            executor.executeFirst(() -> failing.accept("event"));
            executor.execute(() -> ran.add("last"));
            loop.runReady();
            await().until(() -> ran.equals(List.of("next", "last")));
            await().until(executor::isIdle);
        }
    }

    @ParameterizedTest
    @MethodSource("failures")
    void otherListenersAreCalled(Consumer<Object> failing) {
        List<Throwable> failures = new ArrayList<>();
        List<Object> received = new ArrayList<>();
        Listeners<Consumer<Object>> listeners = new Listeners<>(failures::add);
        listeners.on(failing);
        listeners.on(received::add);
        listeners.emit((listener, a, b) -> listener.accept(a), "event", null);
        assertThat(received).containsExactly("event");
        assertThat(failures).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failingSubscriberClosesItsStreamOnly(Consumer<Object> failing) {
        List<String> pauses = new CopyOnWriteArrayList<>();
        StreamSource<String> source = new StreamSource<>(
                "events",
                1,
                new Pausable() {
                    @Override
                    public void pause() {
                        pauses.add("pause");
                    }

                    @Override
                    public void resume() {
                        pauses.add("resume");
                    }
                },
                () -> pauses.add("closed"));
        try (EventStream<String> stream = source.stream()) {
            stream.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(1);
                }

                @Override
                public void onNext(String event) {
                    failing.accept(event);
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onComplete() {}
            });
            source.emit("event");
            await().until(() -> pauses.contains("closed"));
            source.emit("ignored");
        }
        assertThat(pauses).containsOnlyOnce("closed");
    }
}
