package io.heliograph.channel.message;

import io.heliograph.frame.Frame;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** A member that the test writes by hand: reads every frame, and sends only what the test sends. */
final class RawMember implements AutoCloseable {

    final byte[] secret = new byte[Wire.SECRET_BYTES];
    final Id id;
    final List<Frame> frames = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final SocketChannel channel;
    private final DataOutputStream output;

    /** Connects to the host in this process of the channel {@code m}. */
    RawMember(Path parent) throws IOException {
        this(UnixDomainSocketAddress.of(entry(parent)), SocketChannel.open(StandardProtocolFamily.UNIX));
    }

    private RawMember(SocketAddress host, SocketChannel channel) throws IOException {
        ThreadLocalRandom.current().nextBytes(secret);
        id = Id.ofSecret(secret);
        this.channel = channel;
        channel.connect(host);
        output = new DataOutputStream(Channels.newOutputStream(channel));
        Thread.ofVirtual().start(this::read);
    }

    /** Connects to the loopback port of the host. */
    static RawMember overTcp(Path parent) throws IOException {
        int port = Integer.parseInt(Files.readAllLines(entry(parent)).getFirst());
        return new RawMember(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SocketChannel.open());
    }

    /** Returns the token that a member over TCP must present. */
    static byte[] token(Path parent) throws IOException {
        return HexFormat.of().parseHex(Files.readAllLines(entry(parent)).get(1));
    }

    private static Path entry(Path parent) {
        return parent.resolve(".m+messages")
                .resolve(Long.toString(ProcessHandle.current().pid()));
    }

    private void read() {
        try (DataInputStream input = new DataInputStream(Channels.newInputStream(channel))) {
            while (true) {
                byte[] frame = new byte[input.readInt()];
                input.readFully(frame);
                frames.add(Frame.of(frame));
            }
        } catch (EOFException | SocketException | ClosedChannelException e) {
            ended.complete(null);
        } catch (IOException e) {
            ended.completeExceptionally(e);
        }
    }

    RawMember join() {
        return join(new byte[0]);
    }

    RawMember join(byte[] token) {
        return send(Wire.hello(secret, ProcessHandle.current().pid(), token));
    }

    RawMember send(Frame frame) {
        try {
            output.writeInt(frame.length());
            output.write(frame.toByteArray());
            output.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the announced length of a frame and a part of it. */
    RawMember sendPart(int length, int part) {
        try {
            output.writeInt(length);
            output.write(new byte[part]);
            output.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a message to all members of a view. */
    RawMember sendMessage(long number, long view) {
        Frame message = Frame.of(Wire.messageHead(id, Wire.KIND_MESSAGE, 0, new byte[] {'r'}));
        Wire.putLong(message, Wire.NUMBER, number);
        Wire.putLong(message, Wire.VIEW, view);
        return send(message);
    }

    boolean hasReceived(byte type) {
        return frames.stream().anyMatch(frame -> Wire.type(frame) == type);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
