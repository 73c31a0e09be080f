package io.github.systemd4j.servers;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a gRPC server how it is. */
final class HealthClient {

    private HealthClient() {}

    /** Connects at once; the call goes out when somebody says the first word. */
    static CompletableFuture<String> ask(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        ListenableFuture<HealthCheckResponse> response = HealthGrpc.newFutureStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(120, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance());
        CompletableFuture<String> answer = new CompletableFuture<>();
        response.addListener(
                () -> {
                    try {
                        answer.complete(response.get().getStatus().toString());
                    } catch (Exception e) {
                        answer.completeExceptionally(e);
                    } finally {
                        channel.shutdownNow();
                    }
                },
                Runnable::run);
        return answer;
    }
}
