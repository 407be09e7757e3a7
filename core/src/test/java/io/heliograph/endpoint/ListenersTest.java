package io.heliograph.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ListenersTest {

    private final List<Throwable> failures = new ArrayList<>();
    private final Listeners<Consumer<String>> listeners = new Listeners<>(failures::add);
    private final List<String> heard = new ArrayList<>();

    private void emit(String event) {
        listeners.emit((listener, a, b) -> listener.accept(a), event, null);
    }

    @Test
    void listenersAreCalledInTheOrderTheyWereAdded() {
        listeners.on(e -> heard.add("1" + e));
        listeners.once(e -> heard.add("2" + e));
        listeners.on(e -> heard.add("3" + e));
        emit("a");
        emit("b");
        assertThat(heard).containsExactly("1a", "2a", "3a", "1b", "3b");
    }

    @Test
    void lastListenerOfAnEventIsMarked() {
        Listeners.Call<Consumer<String>, String, Boolean> call =
                (listener, event, last) -> listener.accept(event + last);
        listeners.emitMarkingLast(call, "nobody");
        listeners.on(e -> {
            heard.add("1" + e);
            listeners.on(late -> heard.add("3" + late)); // not of this event
        });
        listeners.once(e -> heard.add("2" + e));
        listeners.emitMarkingLast(call, "a");
        assertThat(heard).containsExactly("1afalse", "2atrue");
    }

    @Test
    void listenerAddedTwiceIsRemovedOneByOne() {
        Consumer<String> listener = heard::add;
        Subscription first = listeners.on(listener);
        listeners.on(listener);
        emit("a");
        first.close();
        first.close();
        emit("b");
        assertThat(heard).containsExactly("a", "a", "b");
    }

    @Test
    void listenerRemovedDuringAnEventIsNotCalled() {
        Subscription[] second = new Subscription[1];
        listeners.on(e -> second[0].close());
        second[0] = listeners.on(heard::add);
        emit("a");
        assertThat(heard).isEmpty();
    }

    @Test
    void listenerAddedDuringAnEventReceivesTheNext() {
        listeners.once(e -> listeners.on(heard::add));
        emit("a");
        assertThat(heard).isEmpty();
        emit("b");
        assertThat(heard).containsExactly("b");
    }

    @Test
    void listenerMayRemoveItself() {
        Subscription[] own = new Subscription[1];
        own[0] = listeners.on(e -> {
            heard.add(e);
            own[0].close();
        });
        emit("a");
        emit("b");
        assertThat(heard).containsExactly("a");
        assertThat(listeners.isEmpty()).isTrue();
    }

    @Test
    void onceListenerIsRemovedBeforeItIsCalled() {
        listeners.once(e -> {
            heard.add(e);
            emit("again");
        });
        emit("a");
        assertThat(heard).containsExactly("a");
    }

    @Test
    void failingListenerIsReportedAndOthersAreCalled() {
        IllegalStateException failure = new IllegalStateException("broken");
        AssertionError error = new AssertionError("worse");
        listeners.on(e -> {
            throw failure;
        });
        listeners.once(e -> {
            throw error;
        });
        listeners.on(heard::add);
        emit("a");
        assertThat(failures).containsExactly(failure, error);
        assertThat(heard).containsExactly("a");
    }

    @Test
    void clearDuringAnEventRemovesAllListeners() {
        listeners.on(e -> listeners.clear());
        Subscription late = listeners.on(heard::add);
        emit("a");
        assertThat(heard).isEmpty();
        assertThat(listeners.isEmpty()).isTrue();
        late.close();
        listeners.on(heard::add);
        emit("b");
        assertThat(heard).containsExactly("b");
    }

    @Test
    void onceListenerIsCalledOnceByConcurrentEmitters() throws Exception {
        for (int round = 0; round < 500; round++) {
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger always = new AtomicInteger();
            Listeners<Runnable> contended = new Listeners<>(e -> {});
            contended.once(calls::incrementAndGet);
            contended.on(always::incrementAndGet);
            race(
                    () -> contended.emit((listener, a, b) -> listener.run(), null, null),
                    () -> contended.emit((listener, a, b) -> listener.run(), null, null),
                    () -> contended.emit((listener, a, b) -> listener.run(), null, null));
            assertThat(calls).hasValue(1);
            assertThat(always).hasValue(3);
        }
    }

    @Test
    void onceListenerRemovedConcurrentlyIsCalledAtMostOnce() throws Exception {
        for (int round = 0; round < 500; round++) {
            AtomicInteger calls = new AtomicInteger();
            Listeners<Runnable> contended = new Listeners<>(e -> {});
            Subscription once = contended.once(calls::incrementAndGet);
            Subscription other = contended.on(() -> {});
            race(() -> contended.emit((listener, a, b) -> listener.run(), null, null), once::close, other::close);
            assertThat(calls.get()).isBetween(0, 1);
            assertThat(contended.isEmpty()).isTrue();
        }
    }

    static void race(Runnable... runners) throws Exception {
        CyclicBarrier start = new CyclicBarrier(runners.length);
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Runnable runner : runners) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await(10, TimeUnit.SECONDS);
                    runner.run();
                } catch (Throwable failure) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void failureIsHandledWithItsEvent() {
        List<String> handled = new ArrayList<>();
        Listeners<Consumer<String>> failing =
                new Listeners<>((failure, a, b) -> handled.add(failure.getMessage() + " " + a + " " + b));
        failing.on(e -> {
            throw new IllegalStateException(e);
        });
        failing.emit((listener, a, b) -> listener.accept(a), "event", "peer");
        assertThat(handled).containsExactly("event event peer");
    }
}
