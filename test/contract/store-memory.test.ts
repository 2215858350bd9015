import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { storeContract } from './store-contract.ts'
import { storeCountsContract } from './store-counts-contract.ts'

storeContract('MemoryStore', async () => new MemoryStore())
storeCountsContract('MemoryStore', async () => new MemoryStore())
