package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.DeferrableMessages;
import io.heliograph.endpoint.ReadThrottle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class DeferrableMessagesTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final ReadThrottle throttle = new ReadThrottle(new StubLink(loop));
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> handled = new ArrayList<>();
    private final DeferrableMessages messages = new DeferrableMessages(loop, throttle, failures::add);

    private void message(String name, CompletionStage<Void> result) {
        if (messages.isDeferred()) {
            messages.hold(() -> handle(name, result));
        } else {
            messages.handled(handle(name, result));
        }
    }

    private CompletionStage<Void> handle(String name, CompletionStage<Void> result) {
        handled.add(name);
        return result;
    }

    @Test
    void completeResultDefersNothing() {
        message("a", DeferrableMessages.HANDLED);
        message("b", CompletableFuture.completedFuture(null));
        assertThat(messages.isDeferred()).isFalse();
        assertThat(throttle.isPaused()).isFalse();
    }

    @Test
    void heldMessageMayBeDeferredToo() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        message("a", first);
        message("b", second);
        message("c", DeferrableMessages.HANDLED);
        assertThat(throttle.isPaused()).isTrue();
        first.complete(null);
        loop.runReady();
        assertThat(handled).containsExactly("a", "b");
        assertThat(throttle.isPaused()).isTrue();
        second.complete(null);
        loop.runReady();
        assertThat(handled).containsExactly("a", "b", "c");
        assertThat(throttle.isPaused()).isFalse();
    }

    @Test
    void failedResultIsReportedOnce() {
        message("a", CompletableFuture.failedFuture(new IllegalStateException("no")));
        message("b", DeferrableMessages.HANDLED);
        loop.runReady();
        assertThat(handled).containsExactly("a", "b");
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void endFollowsTheLastMessage() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        message("a", first);
        message("b", DeferrableMessages.HANDLED);
        messages.end(() -> handled.add("end"));
        assertThat(handled).containsExactly("a");
        first.complete(null);
        loop.runReady();
        assertThat(handled).containsExactly("a", "b", "end");
    }

    @Test
    void clearedMessagesAreNotHandled() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        message("a", first);
        message("b", DeferrableMessages.HANDLED);
        messages.end(() -> handled.add("end"));
        messages.clear();
        first.complete(null);
        loop.runReady();
        assertThat(handled).containsExactly("a");
    }
}
