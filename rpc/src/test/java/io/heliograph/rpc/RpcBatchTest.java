package io.heliograph.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Batches in JSON, as frames. */
class RpcBatchTest extends ServerFixture {

    @Test
    @Checklist("RPC 56")
    void batchIsAnsweredInOrder() throws Exception {
        assertThat(open("/")
                        .ask("["
                                + call(8, "sum", "[1,2]")
                                + " , "
                                + call(9, "echo", "[]")
                                + ","
                                + call(10, "sqrt", "[4]")
                                + "]"))
                .isEqualTo("[" + result(8, "3") + "," + result(9, "[]") + "," + result(10, "2.0") + "]");
    }

    @Test
    @Checklist("RPC 57")
    void emptyBatchIsOneError() throws Exception {
        assertThat(open("/").ask("[ ]")).isEqualTo(error(-32600, "Invalid Request", "\"Invalid array\"", "null"));
    }

    @Test
    @Checklist({"RPC 58", "RPC 59"})
    void nonObjectElementsAreErrors() throws Exception {
        String invalid = error(-32600, "Invalid Request", "null");
        assertThat(open("/").ask("[1]")).isEqualTo("[" + invalid + "]");
        assertThat(open("/").ask("[1,null,\"a\"]")).isEqualTo("[" + invalid + "," + invalid + "," + invalid + "]");
    }

    @Test
    @Checklist("RPC 60")
    void invalidJsonBatchIsOneError() throws Exception {
        assertThat(open("/").ask("[" + call(1, "sum", "[1,2]") + ",{]"))
                .startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,")
                .endsWith("\"id\":null}");
    }

    @Test
    @Checklist("RPC 61")
    void notificationBatchIsNotAnswered() throws Exception {
        RawSocket socket = open("/");
        socket.send(
                "[{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[1]},{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[2]}]");
        socket.assertNoOtherMessage();
        Awaitility.await().until(() -> handled.size() == 2);
        assertThat(handled).containsExactly("[1]", "[2]");
    }

    @Test
    @Checklist("RPC 62")
    void mixedBatchAnswersCallsAndFailedChecks() throws Exception {
        assertThat(
                        open("/")
                                .ask(
                                        "["
                                                + call(8, "sum", "[1,2]")
                                                + ",{\"jsonrpc\":\"2.0\",\"method\":\"echo\"},{\"jsonrpc\":\"2.0\",\"method\":\"nope\"}]"))
                .isEqualTo("[" + result(8, "3") + "," + error(-32601, "Method not found", "null") + "]");
    }

    @Test
    @Checklist("RPC 63")
    void loginAppliesToLaterBatchElements() throws Exception {
        assertThat(open("/").ask("[" + LOGIN + "," + call(2, "secret", "[]") + "]"))
                .isEqualTo("[" + result(1, "true") + "," + result(2, "\"treasure\"") + "]");
    }

    @Test
    @Checklist("RPC 64")
    void batchElementsDoNotOverlap() throws Exception {
        AtomicInteger running = new AtomicInteger();
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        server.method("step").handle(params -> {
            seen.add(running.incrementAndGet());
            return CompletableFuture.supplyAsync(
                    running::decrementAndGet, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS));
        });
        assertThat(open("/")
                        .ask("["
                                + call(1, "step", "[]")
                                + ","
                                + call(2, "step", "[]")
                                + ","
                                + call(3, "step", "[]")
                                + "]"))
                .isEqualTo("[" + result(1, "0") + "," + result(2, "0") + "," + result(3, "0") + "]");
        assertThat(seen).containsExactly(1, 1, 1);
    }

    @Test
    @Checklist("RPC 65")
    void nestedArrayHasNoVersion() throws Exception {
        assertThat(open("/").ask("[[]]"))
                .isEqualTo("[" + error(-32600, "Invalid Request", "\"Invalid JSON RPC version\"", "null") + "]");
    }

    @Test
    void oversizedBatchIsRejectedWhole() throws Exception {
        restart(builder -> builder.maxBatch(2));
        String one = call(1, "echo", "[1]");
        assertThat(open("/").ask("[" + one + "," + one + "," + one + "]"))
                .isEqualTo(error(-32600, "Invalid Request", "\"batch of more than 2 requests\"", "null"));
        assertThat(handled).isEmpty();
        assertThat(server.stats().drops()).containsEntry(DropReason.BATCH_TOO_LONG, 1L);
    }

    @Test
    void longBatchDoesNotOverflowStack() throws Exception {
        restart(builder -> builder.dispatch(Dispatch.direct()).maxBatch(10_000));
        StringBuilder batch = new StringBuilder("[");
        for (int i = 1; i <= 10_000; i++) {
            batch.append(i > 1 ? "," : "").append(call(i, "sum", "[1,2]"));
        }
        assertThat(open("/").ask(batch.append(']').toString())).endsWith(result(10_000, "3") + "]");
    }
}
