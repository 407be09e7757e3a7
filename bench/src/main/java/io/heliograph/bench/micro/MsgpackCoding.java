package io.heliograph.bench.micro;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The record of {@link JsonCoding} in MessagePack: by the codec {@code msgpack}, and by code for this record on msgpack-core.
 *
 * <p>msgpack-core has no mapping of records, so that its methods are the lower bound of a codec on top of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MsgpackCoding {

    private final Codec codec = Codec.named("msgpack");
    private final FrameBuilder builder = new FrameBuilder(1 << 20);
    private final MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
    private final Sample sample = Sample.FIRST;
    private final Frame encoded = encoded();
    private final byte[] bytes = encoded.toByteArray();

    private Frame encoded() {
        FrameBuilder once = new FrameBuilder(1 << 10);
        codec.encode(sample, once);
        return once.build();
    }

    @Benchmark
    public long encode() {
        builder.reset();
        codec.encode(sample, builder);
        return builder.size();
    }

    @Benchmark
    public long encodeMsgpackCore() throws IOException {
        packer.clear();
        packer.packMapHeader(5);
        packer.packString("id").packLong(sample.id());
        packer.packString("sensor").packString(sample.sensor());
        packer.packString("celsius").packDouble(sample.celsius());
        packer.packString("valid").packBoolean(sample.valid());
        packer.packString("note").packString(sample.note());
        return packer.getTotalWrittenBytes();
    }

    @Benchmark
    public @Nullable Object decodeRecord() {
        return codec.decode(encoded, Sample.class);
    }

    @Benchmark
    public Sample decodeRecordMsgpackCore() throws IOException {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
            long id = 0;
            String sensor = "";
            double celsius = 0;
            boolean valid = false;
            String note = "";
            int members = unpacker.unpackMapHeader();
            for (int i = 0; i < members; i++) {
                switch (unpacker.unpackString()) {
                    case "id" -> id = unpacker.unpackLong();
                    case "sensor" -> sensor = unpacker.unpackString();
                    case "celsius" -> celsius = unpacker.unpackDouble();
                    case "valid" -> valid = unpacker.unpackBoolean();
                    case "note" -> note = unpacker.unpackString();
                    default -> unpacker.skipValue();
                }
            }
            return new Sample(id, sensor, celsius, valid, note);
        }
    }

    @Benchmark
    public @Nullable Object decodeMap() {
        return codec.decode(encoded, Object.class);
    }

    @Benchmark
    public Value decodeMapMsgpackCore() throws IOException {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
            return unpacker.unpackValue();
        }
    }
}
