package io.heliograph.rpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.frame.Frame;

/** Any bytes at all, MessagePack or JSON or neither: the answer, if there is one, is a message of the protocol, and nothing breaks. */
class MsgpackRequestFuzzTest {

    private static final FuzzedServer SERVER = new FuzzedServer();

    @FuzzTest(maxDuration = "60s")
    void anyBytesAreAnsweredOrNot(byte[] bytes) {
        Frame message = Frame.of(bytes);
        SERVER.check(message, SERVER.dialects().of(message, SERVER.dialects().msgpack));
    }
}
