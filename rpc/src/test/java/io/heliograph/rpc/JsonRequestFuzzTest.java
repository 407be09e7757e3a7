package io.heliograph.rpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.frame.Frame;

/** Any text at all: the answer, if there is one, is a message of the protocol, and nothing breaks. */
class JsonRequestFuzzTest {

    private static final FuzzedServer SERVER = new FuzzedServer();

    @FuzzTest(maxDuration = "60s")
    void anyTextIsAnsweredOrNot(byte[] bytes) {
        SERVER.check(Frame.of(bytes).asText(), SERVER.dialects().json);
    }
}
