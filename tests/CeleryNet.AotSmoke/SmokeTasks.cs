using System.Text.Json.Serialization;

namespace CeleryNet.AotSmoke;

/// <summary>A type of the program's own, with what serializers have to look at twice.</summary>
internal sealed record Order(string Customer, IReadOnlyList<decimal> Prices, DateTimeOffset At, byte[] Note);

/// <summary>What comes back.</summary>
internal sealed record Receipt(string Customer, decimal Total, DateTimeOffset At, byte[] Note);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class SmokeJson : JsonSerializerContext;

internal static class SmokeTasks
{
    [CeleryTask("smoke.charge")]
    public static async Task<Receipt> ChargeAsync(Order order, decimal discount, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return new Receipt(order.Customer, order.Prices.Sum() - discount, order.At, order.Note);
    }
}
