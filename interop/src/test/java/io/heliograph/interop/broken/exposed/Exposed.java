package io.heliograph.interop.broken.exposed;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mentions Netty in every place of a signature.
 *
 * @param <T> bounded by one of its types
 */
@ChannelHandler.Sharable
public class Exposed<T extends ByteBuf> extends ChannelHandlerAdapter {

    protected @Nullable ByteBuf field;

    @Nullable
    ByteBuf own;

    protected Exposed(ByteBuf argument) {}

    public void parameter(ByteBuf[] parameter) {}

    public Map<String, List<? extends ByteBuf>> argument() {
        return Map.of();
    }

    public void thrower() throws ChannelException {}

    public @Nullable Hidden hidden() {
        return null;
    }

    void ownWay(ByteBuf parameter) {}

    static final class Hidden {}
}
