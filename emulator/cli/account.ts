/**
 * `oss-emulator account`: accounts, each with its own keys and buckets.
 */
import { type Command, wrongUsage } from "./command.ts";

type Account = {
	readonly uid: string;
	readonly accessKeyId: string;
	readonly accessKeySecret?: string;
	readonly name?: string;
};

type AccountList = { readonly accounts: readonly Account[] };

export const account: Command = async ({ client, words, flags, write }) => {
	const [verb, uid, ...more] = words;
	if (more.length > 0) throw wrongUsage("account", "name one account");
	if (verb === undefined) {
		const { accounts } = await client.json<AccountList>("/api/accounts");
		for (const account of accounts)
			write(
				flags.json
					? `${JSON.stringify(account)}\n`
					: `${[account.uid, account.accessKeyId, account.name ?? ""].join(" ").trimEnd()}\n`,
			);
	} else if (verb === "new" && uid === undefined) {
		const { name } = flags;
		const body = name === undefined ? {} : { name };
		const made = await client.sendJson<Account>("POST", "/api/accounts", {
			body,
		});
		write(
			flags.json
				? `${JSON.stringify(made)}\n`
				: `uid ${made.uid}\naccess key id ${made.accessKeyId}\naccess key secret ${made.accessKeySecret}\n`,
		);
	} else if (verb === "rm" && uid !== undefined)
		await client.sendJson("DELETE", `/api/accounts/${encodeURIComponent(uid)}`);
	else throw wrongUsage("account", "use new, or rm with a uid");
};
